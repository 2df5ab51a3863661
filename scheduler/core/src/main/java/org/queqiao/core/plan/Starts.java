package org.queqiao.core.plan;

/** Hears of each start that a plan decides, and of promises. */
@FunctionalInterface
public interface Starts {
  /** The job starts now, on these nodes, large shares first. */
  void start(PlanJob job, int[] nodes);

  /** The job, which waits, was promised its first start on declared limits. */
  default void promised(PlanJob job) {
    // who does not ask is not told
  }
}
