package org.queqiao.core.explain;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.core.message.Explanation;
import org.queqiao.core.message.Explanation.RoomClaim;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.Outranking.Rank;

/** Says whom a waiting job pushes aside, or may, and for whom room is claimed. */
final class WhyPreempting {
  private final Cluster cluster;
  private final long nowMs;

  WhyPreempting(Cluster cluster, long nowMs) {
    this.cluster = cluster;
    this.nowMs = nowMs;
  }

  /**
   * Explains.
   *
   * @param holders the runs on nodes that the job could use
   * @param keeps what those that would be suspended keep, where that is why it waits
   */
  Explanation.Preempting of(
      Job job, Collection<Explanation.Holder> holders, List<Explanation.Lack> keeps) {
    List<Job> mayBe = mayBe(job, holders);
    RoomClaim own = claim(job, leavingFor(job.id()));
    NavigableSet<JobId> claimants = cluster.jobs().preemption().claimants();
    List<RoomClaim> claims = new ArrayList<>();
    RoomClaim ofAll = claimants.isEmpty() ? null : claim(job, leaving());
    if (claimants.contains(job.id())) {
      claims.add(own.runCount() > 0 ? own : by(job, ofAll));
    }
    for (JobId each : claimants) {
      if (!each.equals(job.id()) && claims.size() < Explanation.MAX_LISTED) {
        Job other = cluster.jobs().find(each).orElseThrow();
        TreeSet<JobId> runs = leavingFor(each);
        claims.add(runs.isEmpty() ? by(other, ofAll) : claim(other, runs));
      }
    }
    return new Explanation.Preempting(
        own.runs(),
        own.runCount(),
        own.goneByMs(),
        mayBe.size(),
        exempt(job, mayBe),
        mayBe.isEmpty() ? List.of() : keeps,
        claims,
        claimants.size());
  }

  private TreeSet<JobId> leavingFor(JobId job) {
    return cluster.jobs().preemption().leaving().getOrDefault(job, new TreeSet<>());
  }

  private TreeSet<JobId> leaving() {
    TreeSet<JobId> all = new TreeSet<>();
    cluster.jobs().preemption().leaving().values().forEach(all::addAll);
    return all;
  }

  private static RoomClaim by(Job job, RoomClaim room) {
    return new RoomClaim(
        Explainer.other(job),
        job.preemption().claims(),
        room.runs(),
        room.runCount(),
        room.nodes(),
        room.goneByMs());
  }

  private RoomClaim claim(Job job, TreeSet<JobId> leaving) {
    List<Explanation.Other> runs = new ArrayList<>();
    TreeSet<NodeName> nodes = new TreeSet<>();
    long goneByMs = 0;
    for (JobId each : leaving) {
      Job run = cluster.jobs().find(each).orElseThrow();
      goneByMs = Math.max(goneByMs, run.preemption().killMs());
      run.allocations().forEach(held -> nodes.add(held.node()));
      if (runs.size() < Explanation.MAX_LISTED) {
        runs.add(Explainer.other(run));
      }
    }
    return new RoomClaim(
        Explainer.other(job),
        job.preemption().claims(),
        runs,
        leaving.size(),
        List.copyOf(nodes),
        goneByMs);
  }

  private List<Job> mayBe(Job job, Collection<Explanation.Holder> holders) {
    List<Job> out = new ArrayList<>();
    for (Explanation.Holder each : holders) {
      Job run = cluster.jobs().find(each.other().job()).orElseThrow();
      if (KeptAside.mode(cluster, job, run) != PreemptMode.OFF) {
        out.add(run);
      }
    }
    return out;
  }

  private int exempt(Job job, List<Job> runs) {
    int count = 0;
    for (Job run : runs) {
      long exemptMs = cluster.outranking().rules(Rank.of(job), Rank.of(run)).exemptMs();
      count += Math.addExact(run.startMs(), exemptMs) > nowMs ? 1 : 0;
    }
    return count;
  }
}
