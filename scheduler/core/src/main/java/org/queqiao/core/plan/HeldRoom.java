package org.queqiao.core.plan;

/**
 * Room that is held in one pass for jobs that start now or later, each from one moment on for all
 * of its limit, beside what runs.
 */
interface HeldRoom {
  /**
   * Holds room for a job from the earliest moment not before another ({@link PlanJob#hold}); says
   * whether there is one.
   */
  boolean hold(PlanJob job, long from, long now);

  /**
   * Holds the room that a job was promised ({@link PlanJob#room}), where one is known; says whether
   * it is there when the job was promised a start.
   */
  boolean holdAgain(PlanJob job, long now);

  /** Holds room for a job anywhere, if that is earlier than what is held for it; says whether. */
  boolean holdElsewhere(PlanJob job, long now);

  /** What is held for a job is what it is promised from now on. */
  void promise(PlanJob job);

  /**
   * Holds the room of a job from an earlier moment, if it can have one beside all others; says
   * whether it can.
   */
  boolean moveUp(PlanJob job, long now);

  /** Gives back what is held for a job, until it is {@link #putBack}. */
  void lift(PlanJob job);

  void putBack(PlanJob job);

  /** Nodes where a job may start now beside what is held for others, or null. */
  int[] now(PlanJob job, long now);

  /** The alternative of its demand that these nodes are for. */
  Demand found();

  /** The same for whoever runs until these ends. */
  int[] room(Demand demand, long end, long limitEnd);

  /** A job for which nothing is held starts now. */
  void started(PlanJob job, int[] on, long now);

  /** How many steps were taken since the last time this was asked. */
  long takeLooked();
}
