package org.queqiao.core.plan;

/** Hears of each start that a plan decides. */
@FunctionalInterface
public interface Starts {
  /** The job starts now, on these nodes, large shares first. */
  void start(PlanJob job, int[] nodes);
}
