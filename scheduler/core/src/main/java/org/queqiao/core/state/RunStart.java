package org.queqiao.core.state;

import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.snapshot.ClusterImage;

/**
 * What was decided with the start of a run, beside what it holds.
 *
 * @param predictedMs how long it was believed to run; 0 when nothing was known
 * @param reservation the one that it uses, or null
 * @param leaseMs its nodes end it after so long without contact; 0: it goes on
 */
record RunStart(long predictedMs, ReservationName reservation, long leaseMs) {
  static final RunStart NONE = new RunStart(0, null, 0);

  static RunStart of(JobAllocated e) {
    return new RunStart(e.predictedMs(), e.reservation(), e.leaseMs());
  }

  static RunStart of(ClusterImage.JobImage image) {
    return new RunStart(image.predictedMs(), image.reservation(), image.leaseMs());
  }
}
