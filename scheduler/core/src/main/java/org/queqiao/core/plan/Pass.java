package org.queqiao.core.plan;

/**
 * One pass over the waiting jobs, in slices: {@link #work} goes on where it stopped, and the starts
 * do not depend on where that was.
 */
interface Pass {
  /** Adds the next waiting job to the queue, if there is one more. */
  @FunctionalInterface
  interface More {
    boolean pull(long now);
  }

  /**
   * Begins anew.
   *
   * @param inOrder the waiting jobs in the order of the queue
   * @param byKey the same in the order of the second round
   */
  void begin(long atTime, WaitingJobs inOrder, WaitingJobs byKey);

  /**
   * Goes on. A slice ends before a job that names a model of devices when one that names none has
   * started in it: which devices that got is for the next slice to know.
   *
   * @param atTime not before the time of the last call
   * @param budget how many steps at most; a step looks at a job or at a node
   * @param maxStarts how many jobs start at most
   */
  void work(long atTime, long budget, int maxStarts);

  /** Nothing is looked at until the next pass begins. */
  void close();

  boolean over();

  /** How many steps the last slice took. */
  long steps();

  /** Whether those are looked at that are promised no start. */
  boolean looksAtRest();

  /**
   * Whether there is no room for a demand in the rest of this pass for whoever runs at least so
   * long: what is free only shrinks, and promises are only added.
   *
   * @param believed how long all are believed to run at least
   * @param limit the shortest of their limits
   */
  boolean hasNoRoomFor(Demand demand, long believed, long limit);

  /** Nodes where a demand or an alternative of it has room until it ends, or null. */
  int[] room(Demand demand, long end, long limitEnd);
}
