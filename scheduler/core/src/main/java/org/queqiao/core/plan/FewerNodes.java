package org.queqiao.core.plan;

import java.util.List;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.core.limit.LimitTree;
import org.queqiao.core.placement.Arrangement;
import org.queqiao.core.state.Claim;
import org.queqiao.core.state.Job;

/**
 * What a job gets where the nodes that it could have beyond those that it must have are more than a
 * limit leaves: the most that the limit leaves.
 */
final class FewerNodes {
  private final ClusterMirror mirror;
  private final Trial trial;
  private final LimitTree limits;
  private final Rooms rooms;

  /** Where a job that starts has room. */
  @FunctionalInterface
  interface Rooms {
    /** The nodes for a demand of a job, or null. */
    int[] find(Demand demand, PlanJob start);
  }

  FewerNodes(ClusterMirror mirror, Trial trial, LimitTree limits, Rooms rooms) {
    this.mirror = mirror;
    this.trial = trial;
    this.limits = limits;
    this.rooms = rooms;
  }

  /**
   * The most nodes that the limits leave and that have room beside the promises.
   *
   * @param start what was decided, and taken back
   * @return nothing where the limits leave too little
   */
  List<Allocation> of(Job job, PlanJob start) {
    JobSpec spec = job.spec();
    List<NodeName> all = mirror.names(start.nodes());
    if (!spec.hasShapes()) {
      return fewer(job, start, all);
    }
    for (JobSpec each : spec.shapes()) {
      List<Allocation> chosen = each.allNodes() < all.size() ? within(job, start, each) : List.of();
      if (!chosen.isEmpty()) {
        return chosen;
      }
    }
    return List.of();
  }

  /** Every node has as many tasks: the first ones, unless they must lie somehow. */
  private List<Allocation> fewer(Job job, PlanJob start, List<NodeName> all) {
    JobSpec spec = job.spec();
    int can = spec.allNodes() - 1;
    int beyond = all.size();
    while (beyond - can > 1) {
      int middle = (can + beyond) >>> 1;
      boolean may = !first(job, all, middle).isEmpty();
      can = may ? middle : can;
      beyond = may ? beyond : middle;
    }
    if (can < spec.allNodes()) {
      return List.of();
    }
    return Arrangement.isDemandedBy(spec)
        ? within(job, start, spec.exactly(List.of(can)))
        : first(job, all, can);
  }

  private List<Allocation> first(Job job, List<NodeName> all, int count) {
    return within(job, trial.choose(job.spec(), List.of(), all.subList(0, count)));
  }

  private List<Allocation> within(Job job, PlanJob start, JobSpec shape) {
    Demand demand = mirror.demandOf(shape, job, start);
    int[] on = demand == null ? null : rooms.find(demand, start);
    return on == null
        ? List.of()
        : within(job, trial.choose(shape, demand.nodesOf(), mirror.names(on)));
  }

  private List<Allocation> within(Job job, List<Allocation> chosen) {
    boolean blocked = chosen.isEmpty() || limits.blocks(Claim.of(job), chosen).isPresent();
    return blocked ? List.of() : chosen;
  }
}
