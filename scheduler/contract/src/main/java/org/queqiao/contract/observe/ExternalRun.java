package org.queqiao.contract.observe;

import java.util.Comparator;
import org.queqiao.contract.id.ClusterName;

/**
 * What tells a run of another scheduler from all others. A job that is requeued is submitted again:
 * its next run has the same number and another time, which is how slurmdbd itself tells them apart.
 *
 * @param cluster where it ran
 * @param job its number there; a task of an array has its own
 * @param submitMs when it was submitted, or requeued
 */
public record ExternalRun(ClusterName cluster, long job, long submitMs)
    implements Comparable<ExternalRun> {
  private static final Comparator<ExternalRun> ORDER =
      Comparator.comparing(ExternalRun::cluster)
          .thenComparingLong(ExternalRun::job)
          .thenComparingLong(ExternalRun::submitMs);

  public ExternalRun {
    if (job <= 0 || submitMs <= 0) {
      throw new IllegalArgumentException(
          "a run elsewhere has a number and a time of submission, not " + job + " at " + submitMs);
    }
  }

  @Override
  public int compareTo(ExternalRun other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return cluster + "/" + job + "@" + submitMs;
  }
}
