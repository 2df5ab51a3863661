/**
 * The invariants. They are derived from the log and from what really happened in the simulated
 * world, never from the state of the machine that they check.
 */
package org.queqiao.simulator.check;
