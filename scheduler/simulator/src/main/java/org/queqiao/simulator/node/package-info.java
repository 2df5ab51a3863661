/** Compute nodes: the real reconciler on a simulated spool, launcher and set of processes. */
package org.queqiao.simulator.node;
