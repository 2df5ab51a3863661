package org.queqiao.contract.codec;

import java.util.List;
import java.util.Map;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.MoneyProposed;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.OperatorCause;
import org.queqiao.contract.job.OperatorEnd;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.RefundCause;
import org.queqiao.contract.snapshot.ClusterImage;

/** What operators end runs for. */
final class OperatorSamples {
  private static final long END_MS = 1_760_000_060_123L;

  private OperatorSamples() {}

  static Map<String, Event> laterEvents() {
    return Map.of(
        "JobKillRequested-platform",
        new JobKillRequested(Samples.RUN, KillCause.CANCELLED, OperatorCause.PLATFORM_FAULT),
        "JobKillRequested-administrator",
        new JobKillRequested(Samples.RUN, KillCause.REQUEUED, OperatorCause.ADMINISTRATOR),
        "JobRequeued-platform",
        new JobRequeued(
            Samples.RUN,
            KillCause.REQUEUED,
            END_MS,
            null,
            false,
            false,
            "ended by administrator admin1 for a fault of the platform: the switch",
            OperatorCause.PLATFORM_FAULT),
        "JobEnded-administrator",
        new JobEnded(
            Samples.RUN.job(),
            2,
            JobState.CANCELLED,
            END_MS,
            null,
            false,
            "ended by administrator admin1",
            OperatorCause.ADMINISTRATOR),
        "MoneyProposed-refund-platform",
        new MoneyProposed(
            95, new MoneyChange.RefundRule(RefundCause.PLATFORM_FAULT, 1_000, 5, true), "fair"),
        "MoneyProposed-refund-administrator",
        new MoneyProposed(
            96, new MoneyChange.RefundRule(RefundCause.ADMINISTRATOR, 500, 5), "fair"));
  }

  /** A run that an operator told to end. */
  static ClusterImage image(ClusterImage first) {
    ClusterImage.JobImage job = first.jobs().getFirst();
    return first.withOnly(
        List.of(
            Changed.with(
                job,
                "operatorEnd",
                new OperatorEnd(OperatorCause.PLATFORM_FAULT, "admin1", "the switch"))));
  }
}
