package org.queqiao.contract.codec;

import java.util.List;
import java.util.Map;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.JobSuspendRequested;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.QosDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.contract.policy.PreemptRules;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.contract.snapshot.PreemptionImage;
import org.queqiao.contract.snapshot.PrioritiesImage;

/** What preemption added to the contract. */
final class PreemptionSamples {
  private static final long END_MS = 1_760_000_060_123L;

  private PreemptionSamples() {}

  static Map<String, Event> laterEvents() {
    return Map.of(
        "JobSuspendRequested-preempted",
        new JobSuspendRequested(Samples.RUN, true, new JobId(7), 3),
        "QosDefined-suspended",
        new QosDefined(
            new QosName("low"),
            "Low",
            5,
            List.of(),
            new PreemptRules(PreemptMode.SUSPEND, 0, 600_000)),
        "JobKillRequested-preempted",
        new JobKillRequested(Samples.RUN, KillCause.PREEMPTED_REQUEUED, new JobId(7), 9000, 3),
        "JobRequeued-preempted",
        new JobRequeued(
            Samples.RUN, KillCause.PREEMPTED_REQUEUED, END_MS, null, false, false, "made room"),
        "JobEnded-preempted",
        new JobEnded(Samples.RUN.job(), 2, JobState.PREEMPTED, END_MS, null, false, ""),
        "QosDefined-preempted",
        new QosDefined(
            new QosName("low"),
            "Low",
            5,
            List.of(),
            new PreemptRules(PreemptMode.REQUEUE, 60_000, 600_000)),
        "PartitionDefined-tier",
        new PartitionDefined(
            new PartitionName("spare"),
            false,
            3_600_000,
            7_200_000,
            "",
            false,
            4,
            new PreemptRules(PreemptMode.CANCEL, 0, 1)));
  }

  /** One that was pushed aside once. */
  static ClusterImage preemptedBy(ClusterImage first) {
    ClusterImage.JobImage job = first.jobs().getFirst();
    return first.withOnly(List.of(Changed.with(job, "preemptedBy", new JobId(12))));
  }

  /** One that waits and claims, and one that is pushed aside for it. */
  static ClusterImage image(ClusterImage first) {
    List<ClusterImage.JobImage> jobs =
        List.of(
            with(first.jobs().get(0), new PreemptionImage(null, 0, 0, 3)),
            with(first.jobs().get(1), new PreemptionImage(new JobId(12), 9000, END_MS, 0)));
    return new ClusterImage(
        first.position(),
        first.timeMs(),
        first.lastJobId(),
        first.partitions(),
        first.tariffs(),
        first.domains(),
        first.projects(),
        first.users(),
        first.nodes(),
        jobs,
        first.idempotencyKeys(),
        List.of(),
        null,
        null,
        PrioritiesImage.NONE);
  }

  /** One that is stopped for another, which may use its cores. */
  static ClusterImage yielding(ClusterImage suspended) {
    PreemptionImage yields = new PreemptionImage(new JobId(12), 0, 0, 0, true, true);
    return suspended.withOnly(List.of(with(suspended.jobs().getFirst(), yields)));
  }

  private static ClusterImage.JobImage with(ClusterImage.JobImage job, PreemptionImage preemption) {
    return Changed.with(job, "preemption", preemption);
  }
}
