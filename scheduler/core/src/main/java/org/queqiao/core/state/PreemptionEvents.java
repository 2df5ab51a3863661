package org.queqiao.core.state;

import static org.queqiao.core.state.Legality.require;

import java.util.BitSet;
import java.util.List;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.contract.snapshot.PreemptionImage;

/** What the facts by which a run makes room for a job have in common. */
final class PreemptionEvents {
  private PreemptionEvents() {}

  /** Room is made for so many starts of a job by a run that it may push aside. */
  static void makeRoom(Cluster cluster, Job run, Job forWhom, int claims, boolean stops) {
    PreemptMode mode = mode(cluster, forWhom, run);
    require(
        forWhom.startable() && (stops ? mode == PreemptMode.SUSPEND : mode != PreemptMode.OFF),
        "run " + run.run() + " makes room for job " + forWhom.id());
    hold(cluster, forWhom, claims);
  }

  /** A job claims its share of what runs leave that make room for others. */
  static void claim(Cluster cluster, Job job, int claims) {
    require(
        job.startable() && claims > job.preemption().claims(),
        "job " + job.id() + " claims room for " + claims + " starts");
    hold(cluster, job, claims);
  }

  private static void hold(Cluster cluster, Job job, int claims) {
    require(
        claims >= 1 && (claims == 1 || job.array() != null),
        "job " + job.id() + " has room made for " + claims + " starts");
    cluster.jobs().change(job, () -> job.preempt(PreemptionImage.claiming(claims)));
  }

  private static PreemptMode mode(Cluster cluster, Job above, Job below) {
    return cluster.outranking().rules(Outranking.Rank.of(above), Outranking.Rank.of(below)).mode();
  }

  /** Cores that are kept for a stopped run go only to who may push that aside. */
  static void requireRoom(Cluster cluster, Job job, List<Allocation> allocations) {
    for (Allocation each : allocations) {
      NodeCores cores = cluster.nodes().find(each.node()).orElseThrow().cores();
      if (cores.isShared()) {
        BitSet kept = cores.keptFor(other -> mode(cluster, job, other) == PreemptMode.OFF);
        require(
            each.cores().stream().noneMatch(kept::get),
            "job " + job.id() + " gets cores of " + each.node() + " that are kept for another");
      }
    }
  }
}
