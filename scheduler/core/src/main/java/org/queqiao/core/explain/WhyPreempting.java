package org.queqiao.core.explain;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.policy.PreemptMode;
import org.queqiao.core.message.Explanation;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.Outranking.Rank;

/** Says whom a waiting job pushes aside, or may. */
final class WhyPreempting {
  private final Cluster cluster;

  WhyPreempting(Cluster cluster) {
    this.cluster = cluster;
  }

  /**
   * Explains.
   *
   * @param holders the runs on nodes that the job could use
   */
  Explanation.Preempting of(Job job, Collection<Explanation.Holder> holders) {
    TreeSet<JobId> leaving =
        cluster.jobs().preemption().leaving().getOrDefault(job.id(), new TreeSet<>());
    List<Explanation.Other> runs = new ArrayList<>();
    long goneByMs = 0;
    for (JobId each : leaving) {
      Job run = cluster.jobs().find(each).orElseThrow();
      goneByMs = Math.max(goneByMs, run.preemption().killMs());
      if (runs.size() < Explanation.MAX_LISTED) {
        runs.add(Explainer.other(run));
      }
    }
    return new Explanation.Preempting(runs, leaving.size(), goneByMs, outranked(job, holders));
  }

  private int outranked(Job job, Collection<Explanation.Holder> holders) {
    int count = 0;
    for (Explanation.Holder each : holders) {
      Job run = cluster.jobs().find(each.other().job()).orElseThrow();
      boolean may =
          cluster.outranking().rules(Rank.of(job), Rank.of(run)).mode() != PreemptMode.OFF;
      count += may && run.killCause() == null ? 1 : 0;
    }
    return count;
  }
}
