package org.queqiao.core.plan;

/**
 * Gives waiting jobs in the order of the queue, one by one, to a pass that may not need them all.
 */
@FunctionalInterface
public interface WaitingSource {
  /** The next job, or null when there is none. */
  PlanJob next();
}
