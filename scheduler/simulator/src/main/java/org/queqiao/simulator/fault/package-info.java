/** What goes wrong, planned from the seed so that a plan can be shortened. */
package org.queqiao.simulator.fault;
