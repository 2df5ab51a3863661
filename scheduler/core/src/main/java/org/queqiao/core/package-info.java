/**
 * The deterministic machine behind one door, {@link org.queqiao.core.SchedulerMachine}. Knows the
 * contract and nothing of clocks, files, threads or networks.
 */
package org.queqiao.core;
