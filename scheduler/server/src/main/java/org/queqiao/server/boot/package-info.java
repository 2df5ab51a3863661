/**
 * The first facts of a new cluster, and those of the demo: ordinary inputs whose actor is the owner
 * of the data folder. Knows the inputs of the core and the runtime's door.
 */
package org.queqiao.server.boot;
