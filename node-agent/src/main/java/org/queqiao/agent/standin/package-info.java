/** Nodes that one process stands in for: each with its own connection, none with a launcher. */
package org.queqiao.agent.standin;
