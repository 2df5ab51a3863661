package org.queqiao.contract.codec;

import java.util.List;
import java.util.Map;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobPromised;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.job.PromisedNodes;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.contract.snapshot.ExperienceImage;
import org.queqiao.contract.snapshot.PromisedRoom;

/** What was added to records for run times that are learnt. */
final class LearntSamples {
  private LearntSamples() {}

  static Map<String, Event> events(JobAllocated allocated) {
    return Map.of(
        "JobAllocated-predicted",
        new JobAllocated(allocated.run(), allocated.allocations(), 123_456),
        "JobAllocated-postsDays",
        new JobAllocated(allocated.run(), allocated.allocations(), 0, null, true),
        "PartitionDefined-limits",
        new PartitionDefined(new PartitionName("debug"), false, 60_000, 3_600_000, "", true));
  }

  private static final PromisedNodes NODES =
      new PromisedNodes(2, List.of("cn[001-004,7],gn7", "", "cn9"));

  static JobPromised promisedNodes() {
    return new JobPromised(new JobId(12), 1_760_000_000_000L, 7, NODES);
  }

  static ClusterImage promisedRoom(ClusterImage first) {
    return first.withOnly(
        List.of(
            Changed.with(
                first.jobs().getFirst(),
                "promisedMs",
                1_760_000_100_000L,
                "promisedRoom",
                new PromisedRoom(1_760_000_200_000L, NODES))));
  }

  static ClusterImage image(ClusterImage first) {
    ClusterImage.JobImage job = first.jobs().getFirst();
    return first
        .withOnly(List.of(foreseen(job)))
        .with(
            first.licences(),
            first.topology(),
            new ExperienceImage(
                List.of(new ExperienceImage.UserRuns(1234, List.of(5_000L, 7_000L), 0, 0)),
                List.of(
                    new ExperienceImage.KindRuns(
                        1234, "p1", "cfd", "00ff".repeat(16), 64, 3_600_000, List.of(5_000L), 0),
                    new ExperienceImage.KindRuns(
                        1234, "p1", "", "11".repeat(32), 1, 60_000, List.of(), 17))));
  }

  /** With how far what is believed of users is trusted. */
  static ClusterImage trust(ClusterImage first) {
    return first.with(
        first.licences(),
        first.topology(),
        new ExperienceImage(
            List.of(
                new ExperienceImage.UserRuns(1234, List.of(5_000L), -67_108_864, 1),
                new ExperienceImage.UserRuns(1235, List.of(7_000L, 1L), 524_288, -1)),
            List.of()));
  }

  private static ClusterImage.JobImage foreseen(ClusterImage.JobImage job) {
    return Changed.with(job, "predictedMs", 123_456L, "promisedMs", 1_760_000_100_000L);
  }
}
