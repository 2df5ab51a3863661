package org.queqiao.contract.codec;

import java.util.List;
import java.util.Map;
import org.queqiao.contract.agent.ServerMessage;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobPolicyDefined;
import org.queqiao.contract.event.JobResumed;
import org.queqiao.contract.event.JobSuspendRequested;
import org.queqiao.contract.event.JobSuspended;
import org.queqiao.contract.event.NodeRegistered;
import org.queqiao.contract.event.RunPartSuspended;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.Suspending;
import org.queqiao.contract.job.Suspension;
import org.queqiao.contract.snapshot.ClusterImage;

/** Suspended runs with every field different from its default. */
final class SuspensionSamples {
  private static final long SINCE_MS = 1_760_000_030_000L;

  private SuspensionSamples() {}

  static List<Event> events() {
    return List.of(
        new JobSuspendRequested(Samples.RUN, true),
        new JobSuspended(Samples.RUN, SINCE_MS, true),
        new JobResumed(Samples.RUN, SINCE_MS + 5_000),
        new RunPartSuspended(Samples.RUN, Samples.NODE, SINCE_MS));
  }

  static Map<String, Event> laterEvents() {
    return Map.of(
        "JobPolicyDefined-suspended",
        new JobPolicyDefined(3, true),
        "NodeRegistered-suspends",
        new NodeRegistered(Samples.FACTS.suspending()));
  }

  static ServerMessage desired() {
    return new ServerMessage.DesiredSet(
        4,
        17,
        List.of(
            new ServerMessage.DesiredRun(
                Samples.RUN, false, 30_000, new byte[0], 0, false, Suspending.SUSPEND, 0)));
  }

  static ServerMessage asked() {
    return new ServerMessage.DesiredSet(
        4,
        17,
        List.of(
            new ServerMessage.DesiredRun(
                Samples.RUN, false, 30_000, new byte[0], 0, false, Suspending.RESUME, SINCE_MS)));
  }

  /** The job of an image, suspended. */
  static ClusterImage image(ClusterImage first) {
    return image(
        first,
        JobState.SUSPENDED,
        new Suspension(
            true, Actor.user(Samples.USER), SINCE_MS - 10, SINCE_MS, true, 7_000, 6_000, SINCE_MS));
  }

  /** The job of an image, stopped on one of its nodes. */
  static ClusterImage imageOfParts(ClusterImage first) {
    Suspension before =
        new Suspension(true, Actor.user(Samples.USER), SINCE_MS, 0, false, 7_000, 6_000, 5_000);
    return image(first, JobState.RUNNING, before.stoppedOn(Samples.NODE, SINCE_MS + 10));
  }

  private static ClusterImage image(ClusterImage first, JobState state, Suspension suspension) {
    ClusterImage.JobImage job = first.jobs().getFirst();
    return first.withOnly(
        List.of(
            Changed.with(
                job,
                "state",
                state,
                "heldByUser",
                false,
                "heldByAdministrator",
                false,
                "endMs",
                0L,
                "finishedMs",
                0L,
                "killCause",
                null,
                "exit",
                null,
                "detail",
                "",
                "eligibleMs",
                job.submitMs(),
                "dependencies",
                List.of(),
                "formerCoreMs",
                0L,
                "heldForRequeues",
                false,
                "signalled",
                false,
                "suspension",
                suspension)));
  }
}
