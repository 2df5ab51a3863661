package org.queqiao.core.state;

import org.queqiao.contract.id.JobId;

/** How many tasks of an array may hold resources at once. */
public final class Throttle {
  private Throttle() {}

  /** How many more tasks of the array of a job may start; the greatest number where any may. */
  public static int left(Cluster cluster, Job job) {
    if (job.spec().array() == null) {
      return Integer.MAX_VALUE;
    }
    // A task that waits again has the throttle that its array has now.
    Job array = cluster.jobs().find(arrayOf(job)).orElseThrow(IllegalStateException::new);
    int atOnce = array.spec().array().atOnce();
    return atOnce == 0 ? Integer.MAX_VALUE : atOnce - array.array().holding();
  }

  /** The array that a job is, or is a task of. */
  public static JobId arrayOf(Job job) {
    return job.task() == null ? job.id() : job.task().array();
  }
}
