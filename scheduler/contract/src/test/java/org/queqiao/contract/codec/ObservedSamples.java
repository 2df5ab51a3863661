package org.queqiao.contract.codec;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.event.ClusterObserved;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.RunImported;
import org.queqiao.contract.event.RunObserved;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.observe.ClusterNow;
import org.queqiao.contract.observe.ExternalRun;
import org.queqiao.contract.observe.ObservedRun;
import org.queqiao.contract.observe.ObservedStep;
import org.queqiao.contract.observe.RunResources;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.contract.snapshot.ObservedImage;

/** Runs of another scheduler with every field different from its default. */
final class ObservedSamples {
  static final ClusterName CLUSTER = new ClusterName("old-cluster");
  private static final long START_MS = 1_760_000_000_000L;

  static final ObservedRun RUN =
      new ObservedRun(
          new ExternalRun(CLUSTER, 4711, START_MS - 60_000),
          "4700_3",
          "melt",
          new UserName("liwei"),
          1001,
          Samples.PROJECT,
          new PartitionName("old-cluster.batch"),
          JobState.TIMEOUT,
          "TIMEOUT",
          1,
          15,
          START_MS,
          START_MS + 600_000,
          List.of(START_MS + 5_000, START_MS + 9_000, START_MS + 20_000, START_MS + 21_000),
          128,
          4_000_000_000L,
          540_000,
          "cn[1-2]",
          List.of(
              new ObservedStep(
                  "batch", "batch", "CANCELLED", START_MS, START_MS + 600_000, 1, 64)));

  private ObservedSamples() {}

  static List<Event> events() {
    return List.of(
        new RunObserved(new JobId(99), 2, RUN),
        new RunImported(new JobId(100), true, RUN),
        new ClusterObserved(CLUSTER, START_MS + 700_000));
  }

  private static final ObservedRun WITH_RESOURCES =
      RUN.with(
          new RunResources(
              new QosName("urgent"), new TreeMap<>(Map.of("gpu", 1L, "gpu:a100", 4L))));

  static Map<String, Event> laterEvents() {
    return Map.of(
        "RunObserved-resources", new RunObserved(new JobId(99), 2, WITH_RESOURCES),
        "RunImported-resources", new RunImported(new JobId(100), true, WITH_RESOURCES));
  }

  static AgentMessage withResources() {
    return new AgentMessage.ObservedRuns(7, List.of(WITH_RESOURCES), 1_760_000_700_000L);
  }

  static AgentMessage withNow() {
    return new AgentMessage.ObservedRuns(
        8,
        List.of(),
        0,
        new ClusterNow(
            START_MS,
            List.of(
                new ClusterNow.NodeNow(
                    "cn1", "MIXED+DRAIN", 64, 32, 1L << 36, "gpu:a100:4", "ib", "a fan")),
            List.of(new ClusterNow.PartitionNow("batch", "UP", 128, 2, 3_600_000, "cn[1-2]")),
            List.of(
                new ClusterNow.JobNow(
                    4712,
                    "4711_1",
                    "ocean",
                    "u1",
                    "climate",
                    "batch",
                    "RUNNING",
                    "",
                    START_MS - 60_000,
                    START_MS,
                    List.of(START_MS + 10_000, START_MS + 20_000),
                    32,
                    1,
                    "cn1",
                    List.of(
                        new ClusterNow.StepNow("batch", "batch", "RUNNING", START_MS, 1, "cn1")))),
            3),
        START_MS + 30_000);
  }

  static ClusterImage imported(ClusterImage first) {
    return first.with(List.of(new ObservedImage(CLUSTER, 0, List.of(), 12)));
  }

  static ClusterImage image(ClusterImage first) {
    return first.with(
        List.of(
            new ObservedImage(
                CLUSTER,
                START_MS + 700_000,
                List.of(
                    new ObservedImage.Run(
                        4711,
                        START_MS - 60_000,
                        new JobId(99),
                        2,
                        START_MS + 600_000,
                        RUN.fingerprint())),
                0)));
  }
}
