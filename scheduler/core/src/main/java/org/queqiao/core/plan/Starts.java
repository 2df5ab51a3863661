package org.queqiao.core.plan;

import java.util.List;

/**
 * Hears of each start that a plan decides, and of promises; may object before anything is taken.
 */
@FunctionalInterface
public interface Starts {
  /** What becomes of a start that was decided. */
  enum Answer {
    STARTS,
    /** It does not start in this pass and takes no room. */
    STAYS,
    /** It starts with less than was decided, or on other nodes: the plan must be made anew. */
    STARTS_OTHERWISE
  }

  /** The job starts now, on these nodes, large shares first. */
  void start(PlanJob job, int[] nodes);

  /** Whether a job may start at all, after what has started before it in the pass. */
  default boolean mayStart(PlanJob job) {
    return true;
  }

  /** What becomes of a start on these nodes; asked before it is said. */
  default Answer answer(PlanJob job, int[] nodes) {
    return Answer.STARTS;
  }

  /**
   * Whether all is planned anew once a job has started: then nothing else may start in the slice.
   */
  default boolean endsSlice(PlanJob started) {
    return false;
  }

  /** Whether a start on declared limits that is promised to a job now is kept from pass to pass. */
  default boolean keepsPromise(PlanJob job) {
    return true;
  }

  /** Whether room has come earlier than the promises count on, which no pass has answered yet. */
  default boolean roomCameEarly() {
    return false;
  }

  /** Jobs that wait and were promised a start, in the order of the queue without promises. */
  default List<PlanJob> inTurn(List<PlanJob> promised) {
    return promised;
  }

  /**
   * Early room was answered.
   *
   * @param moved those whose room has moved up
   * @param over whether the pass is over with it, because somebody's room has moved
   */
  default void movedUp(List<PlanJob> moved, boolean over) {
    // who does not ask is not told
  }

  /** The job, which waits, was promised its first start on declared limits. */
  default void promised(PlanJob job) {
    // who does not ask is not told
  }

  /** Room is held for a job that was promised a start elsewhere, or from another moment on. */
  default void moved(PlanJob job) {
    // who does not ask is not told
  }
}
