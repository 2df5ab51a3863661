package org.queqiao.core;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.observe.ExternalRun;
import org.queqiao.contract.observe.ObservedRun;
import org.queqiao.core.message.Input;

/** What a bridge may tell: new runs, old ones again, old ones otherwise. */
final class RandomRuns {
  static final ClusterName CLUSTER = new ClusterName("old");
  private static final ClusterName OF_FILES = new ClusterName("of-files");

  private RandomRuns() {}

  static Input.RecordRuns told(RandomGenerator random, long nowMs) {
    List<ObservedRun> runs = new ArrayList<>();
    int first = 1 + random.nextInt(20);
    for (int i = 0; i < random.nextInt(4); i++) {
      runs.add(run(first + i, random.nextInt(3)));
    }
    return new Input.RecordRuns(
        new NodeName("bridge"), CLUSTER, runs, random.nextInt(3) == 0 ? nowMs : 0);
  }

  /** Somebody imports runs of a cluster that no bridge tells of. */
  static Input.ImportRuns file(Actor actor, SplittableRandom random) {
    List<ObservedRun> runs = new ArrayList<>();
    for (int i = 0; i < random.nextInt(3); i++) {
      runs.add(run(OF_FILES, 1 + i, random.nextInt(3)));
    }
    return new Input.ImportRuns(actor, OF_FILES, random.nextBoolean(), runs);
  }

  static ObservedRun run(long number, int cores) {
    return run(CLUSTER, number, cores);
  }

  private static ObservedRun run(ClusterName cluster, long number, int cores) {
    return new ObservedRun(
        new ExternalRun(cluster, number, SchedulerStory.BEGIN_MS + number),
        "",
        "elsewhere",
        new UserName("liwei"),
        1001,
        SchedulerStory.CLIMATE,
        new PartitionName("old.batch"),
        JobState.COMPLETED,
        "COMPLETED",
        0,
        0,
        SchedulerStory.BEGIN_MS + 5_000 + number,
        SchedulerStory.BEGIN_MS + 9_000 + number,
        List.of(SchedulerStory.BEGIN_MS + 6_000 + number, SchedulerStory.BEGIN_MS + 7_000 + number),
        cores,
        0,
        60_000,
        "cn1",
        List.of());
  }
}
