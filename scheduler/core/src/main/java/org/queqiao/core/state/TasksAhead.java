package org.queqiao.core.state;

import org.queqiao.core.predict.Experience;

/**
 * The tasks of an array that stand before the others in the queue: the one that was promised a
 * start and the one that goes ahead to show how long its kind runs. All others stand where the
 * array stands, as so many jobs would that were submitted one after the other.
 */
public final class TasksAhead {
  private static final int NONE = -1;

  private TasksAhead() {}

  /** The ordinal of the task that was promised a start and may have it, or -1. */
  public static int promised(Job array) {
    int task = array.array().promised();
    return array.array().isReady(task) ? task : NONE;
  }

  /** The ordinal of the task that goes ahead on trial, or -1. */
  public static int trial(Job array) {
    Experience known = array.experience();
    if (!known.tried()
        || known.trial() >= 0
        || !TaskNumber.jobOf(known.trial()).equals(array.id())) {
      return NONE;
    }
    int task = TaskNumber.taskOf(known.trial());
    return array.array().isReady(task) ? task : NONE;
  }

  /**
   * The first of the others that may start.
   *
   * @param from an ordinal; those before it do not count
   * @return its ordinal, or -1
   */
  public static int nextOther(Job array, int from) {
    int promised = promised(array);
    int trial = trial(array);
    int next = array.array().nextReady(from);
    while (next >= 0 && (next == promised || next == trial)) {
      next = array.array().nextReady(next + 1);
    }
    return next;
  }

  /** Under which number a job goes ahead on trial, or the first task of an array. */
  static long trialNumber(Job job) {
    if (job.array() == null) {
      return job.id().value();
    }
    int other = nextOther(job, 0);
    return TaskNumber.of(job.id(), other >= 0 ? other : promised(job));
  }

  /** How many of its kind a job that may start counts for: an array for its tasks. */
  static int countOfKind(Job job) {
    if (job.array() == null) {
      return 1;
    }
    int count = 0;
    // More than bring about a trial make no difference.
    for (int task = job.array().nextReady(0);
        task >= 0 && count < Experience.TRIAL_AT;
        task = job.array().nextReady(task + 1)) {
      count++;
    }
    return count;
  }

  /** A task becomes a job of its own: it takes along that it is the trial. */
  static void split(Job array, int task, long number) {
    if (trial(array) == task) {
      array.experience().tried(number);
    }
  }
}
