package org.queqiao.core.state;

import org.queqiao.contract.job.JobState;
import org.queqiao.contract.snapshot.ClusterImage;

/** Copies of jobs for snapshots and readers. */
final class JobImages {
  private JobImages() {}

  /** What is kept of a job when the rest is forgotten. */
  static ClusterImage.OutcomeImage outcome(Job job) {
    return new ClusterImage.OutcomeImage(
        job.id(),
        job.user(),
        job.spec().project(),
        job.array() == null ? job.startMs() : job.array().begunMs(),
        job.endMs(),
        job.state() == JobState.COMPLETED);
  }

  static ClusterImage.JobImage of(Job job) {
    return new ClusterImage.JobImage(
        job.id(),
        job.user(),
        job.unixUser(),
        job.uid(),
        job.spec(),
        job.state(),
        job.heldByUser(),
        job.heldByAdministrator(),
        job.submitMs(),
        job.attempt(),
        job.startMs(),
        job.nodeStartMs(),
        job.endMs(),
        job.finishedMs(),
        job.allocations(),
        job.killCause(),
        job.exit(),
        job.detail(),
        job.eligibleMs(),
        job.dependencyImages(),
        job.formerCoreMs(),
        job.heldForRequeues(),
        job.isSignalled(),
        job.predictedMs(),
        job.promisedMs(),
        job.promised().room(),
        job.array() == null ? null : job.array().image(),
        job.task(),
        job.revision(),
        job.reservation(),
        job.preemption(),
        job.suspension(),
        job.preemptedBy(),
        job.checkpoint(),
        job.leaseMs(),
        job.ending().operator());
  }
}
