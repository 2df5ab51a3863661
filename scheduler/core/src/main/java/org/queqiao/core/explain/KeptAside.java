package org.queqiao.core.explain;

import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.core.placement.NodeNeed;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.Node;
import org.queqiao.core.state.Outranking.Rank;

/** What a job would still lack of nodes if all that it may push aside there made room. */
final class KeptAside {
  private final Cluster cluster;
  private final Job job;

  KeptAside(Cluster cluster, Job job) {
    this.cluster = cluster;
    this.job = job;
  }

  /** How the job may push a run aside that is not being ended. */
  static PreemptMode mode(Cluster cluster, Job job, Job run) {
    return run.killCause() == null
        ? cluster.outranking().rules(Rank.of(job), Rank.of(run)).mode()
        : PreemptMode.OFF;
  }

  /** What those keep that would be suspended, as they give up their cores alone; by name. */
  NavigableSet<String> on(Node node, NodeNeed need, NavigableSet<String> lacks, HeldParts held) {
    TreeSet<String> keeps = new TreeSet<>();
    long keptBytes = 0;
    long leftBytes = node.capacity().freeMemBytes();
    TreeSet<String> left = new TreeSet<>();
    for (Job run : node.holders()) {
      PreemptMode mode = mode(cluster, job, run);
      List<Allocation> parts = held.on(run, node.name());
      if (mode == PreemptMode.SUSPEND) {
        keptBytes += bytes(parts);
        only(keeps, parts, lacks);
      } else if (mode != PreemptMode.OFF) {
        leftBytes += bytes(parts);
        only(left, parts, lacks);
      }
    }
    keeps.removeAll(left);
    if (keptBytes > 0 && leftBytes < Shortage.memBytes(node, need)) {
      keeps.add(Shortage.MEMORY);
    }
    return keeps;
  }

  private static long bytes(List<Allocation> parts) {
    return parts.stream().mapToLong(Allocation::memBytes).sum();
  }

  /** The devices among what is missing that are held in these parts. */
  private static void only(TreeSet<String> out, List<Allocation> parts, NavigableSet<String> of) {
    for (String each : of) {
      if (!each.equals(Shortage.CORES)
          && !each.equals(Shortage.MEMORY)
          && Shortage.isHeldBy(parts, new TreeSet<>(List.of(each)))) {
        out.add(each);
      }
    }
  }
}
