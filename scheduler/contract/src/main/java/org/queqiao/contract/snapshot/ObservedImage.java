package org.queqiao.contract.snapshot;

import java.util.List;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.id.JobId;

/**
 * What is remembered of a cluster under another scheduler.
 *
 * @param cluster which one
 * @param completeMs every run that ended before has been told
 * @param runs those that may be told again, by number and time of submission
 * @param imported how many runs of it came from files; these are not remembered one by one
 */
public record ObservedImage(ClusterName cluster, long completeMs, List<Run> runs, long imported) {
  public ObservedImage {
    runs = List.copyOf(runs);
  }

  /**
   * A run that was told.
   *
   * @param number its number elsewhere
   * @param submitMs when it was submitted there
   * @param job its number here
   * @param revision how often it was told otherwise, and once
   * @param endMs its end
   * @param fingerprint of what was told last
   */
  public record Run(
      long number, long submitMs, JobId job, int revision, long endMs, long fingerprint) {}
}
