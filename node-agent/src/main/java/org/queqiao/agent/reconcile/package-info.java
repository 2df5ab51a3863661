/**
 * Decides what the agent does: a pure state machine fed with desired sets, what the launcher says
 * and what the server acknowledged. No I/O, thread or clock; the simulator drives the same class.
 */
package org.queqiao.agent.reconcile;
