package org.queqiao.core.forecast;

import org.queqiao.contract.snapshot.ClusterImage;

/**
 * How long each run is assumed to last, and to take to leave when it makes room; the same question
 * must get the same answer.
 */
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

  /**
   * How long a run that makes room for another takes in all from TERM to its end, in milliseconds;
   * its whole grace where nothing else is known. What is longer counts as the grace.
   *
   * @param job whose run was told to end
   * @param sinceMs it was told so long ago and is still there
   */
  default long leavingMs(ClusterImage.JobImage job, long sinceMs) {
    return job.preemption().killGraceMs();
  }
}
