package org.queqiao.core.plan;

import java.util.List;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.core.limit.LimitTree;
import org.queqiao.core.state.Claim;
import org.queqiao.core.state.Job;

/**
 * What a job gets where the nodes that it could have beyond those that it must have are more than a
 * limit leaves.
 */
final class FewerNodes {
  private final ClusterMirror mirror;
  private final Trial trial;
  private final LimitTree limits;

  FewerNodes(ClusterMirror mirror, Trial trial, LimitTree limits) {
    this.mirror = mirror;
    this.trial = trial;
    this.limits = limits;
  }

  /**
   * What it must have; of a job whose tasks are spread over its nodes the most nodes that the
   * limits leave and that have room beside the promises.
   *
   * @param start what was decided
   * @param planner the engine that decided and has taken the start back, or null where it was not
   *     the engine
   * @return nothing where the limits leave too little
   */
  List<Allocation> of(Job job, PlanJob start, Planner planner, long nowMs) {
    JobSpec spec = job.spec();
    List<NodeName> all = mirror.names(start.nodes());
    if (!spec.placement().tasksInAll()) {
      return within(job, trial.choose(spec, all.subList(0, spec.allNodes())));
    }
    for (JobSpec each : planner == null ? List.<JobSpec>of() : spec.shapes()) {
      Demand demand = each.nodes() < all.size() ? mirror.demandOf(each, job, start) : null;
      int[] on = demand == null ? null : planner.room(demand, start, nowMs);
      List<Allocation> chosen =
          on == null ? List.of() : within(job, trial.choose(each, mirror.names(on)));
      if (!chosen.isEmpty()) {
        return chosen;
      }
    }
    return List.of();
  }

  private List<Allocation> within(Job job, List<Allocation> chosen) {
    boolean blocked = chosen.isEmpty() || limits.blocks(Claim.of(job), chosen).isPresent();
    return blocked ? List.of() : chosen;
  }
}
