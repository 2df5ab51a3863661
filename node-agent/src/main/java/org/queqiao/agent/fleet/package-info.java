/**
 * A node without a node: thousands of agents in one process that speak the real protocol and obey
 * the real {@link org.queqiao.agent.reconcile.Reconciler}, over runs that exist as timers only. For
 * load tests and demonstrations.
 */
package org.queqiao.agent.fleet;
