package org.queqiao.core.forecast;

import org.queqiao.contract.snapshot.ClusterImage;

/** How long each run is assumed to last; the same question must get the same answer. */
@FunctionalInterface
public interface RunTimes {
  /** Every run lasts as long as it may: what starts then starts no later in truth. */
  RunTimes DECLARED = (job, _) -> job.spec().limitMs();

  /**
   * How long a run lasts in all, in milliseconds. What is longer than its time limit counts as the
   * limit.
   *
   * @param job with a run that has begun
   * @param nowMs the run still goes on at this time
   */
  long runMs(ClusterImage.JobImage job, long nowMs);
}
