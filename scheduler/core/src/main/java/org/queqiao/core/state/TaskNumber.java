package org.queqiao.core.state;

import org.queqiao.contract.id.JobId;

/**
 * A number for a task of an array that is no job of its own yet. It is below zero, so that it is
 * never the number of a job; of one array the numbers go by ordinal.
 */
public final class TaskNumber {
  /** Enough for the ordinals of one array. */
  private static final int ORDINAL_BITS = 20;

  private TaskNumber() {}

  /** The number of a task by its array and ordinal. */
  public static long of(JobId array, int ordinal) {
    return Long.MIN_VALUE + (array.value() << ORDINAL_BITS) + ordinal;
  }

  /** The job of a number, or the array of a task. */
  public static JobId jobOf(long number) {
    return new JobId(number > 0 ? number : (number - Long.MIN_VALUE) >> ORDINAL_BITS);
  }

  /** The ordinal of a task, or -1 for the number of a job. */
  public static int taskOf(long number) {
    return number > 0 ? -1 : (int) ((number - Long.MIN_VALUE) & ((1 << ORDINAL_BITS) - 1));
  }
}
