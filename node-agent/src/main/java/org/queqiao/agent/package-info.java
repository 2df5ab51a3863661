/** Starts the agent of one compute node and wires its parts by hand. */
package org.queqiao.agent;
