package org.queqiao.core.plan;

import java.util.List;
import java.util.TreeSet;
import org.queqiao.contract.job.Allocation;
import org.queqiao.core.limit.AccountKey;
import org.queqiao.core.limit.LimitTree;
import org.queqiao.core.placement.FewestNodes;
import org.queqiao.core.state.Claim;
import org.queqiao.core.state.Job;

/**
 * Where a job starts that takes of its nodes what these have, all their cores or the memory that
 * goes with its own, when a limit or a wallet leaves too little for the nodes that were decided: on
 * the smallest nodes that have room beside the promises, which may be of several sizes.
 */
final class CheaperNodes {
  private final ClusterMirror mirror;
  private final Trial trial;
  private final LimitTree limits;
  private final FewerNodes.Rooms rooms;

  /** What was in vain: limits and room only get less before the slice is over. */
  private final TreeSet<Tried> inVain = new TreeSet<>();

  private record Tried(AccountKey account, int demand, long limitMs, long believedMs)
      implements Comparable<Tried> {
    @Override
    public int compareTo(Tried other) {
      int order = account.compareTo(other.account);
      order = order != 0 ? order : Integer.compare(demand, other.demand);
      order = order != 0 ? order : Long.compare(limitMs, other.limitMs);
      return order != 0 ? order : Long.compare(believedMs, other.believedMs);
    }
  }

  CheaperNodes(ClusterMirror mirror, Trial trial, LimitTree limits, FewerNodes.Rooms rooms) {
    this.mirror = mirror;
    this.trial = trial;
    this.limits = limits;
    this.rooms = rooms;
  }

  /**
   * The smallest nodes that have room, where limits and wallet leave enough for them.
   *
   * @param start what was decided, and taken back
   * @return nothing where they do not, or where no smaller ones have room
   */
  List<Allocation> of(Job job, PlanJob start) {
    Demand demand = start.demand();
    if (!demand.takesWhatNodesHave()) {
      return List.of();
    }
    Tried tried = new Tried(AccountKey.of(job), demand.number(), start.limit(), start.believed());
    if (inVain.contains(tried)) {
      return List.of();
    }
    int[] on = smallest(demand, start);
    if (on != null) {
      List<Allocation> chosen = trial.choose(job.spec(), demand.nodesOf(), mirror.names(on));
      if (!chosen.isEmpty() && limits.blocks(Claim.of(job), chosen).isEmpty()) {
        return chosen;
      }
    }
    if (demand.number() != 0) {
      inVain.add(tried);
    }
    return List.of();
  }

  /** Nodes up to the greatest of those that were decided, or fewer; null where none is smaller. */
  private int[] smallest(Demand demand, PlanJob start) {
    int last = mirror.bySize().beforeGreatest(demand, start.nodes());
    int parts = demand.isParted() ? demand.parts().count() : 1;
    return last == 0 ? null : FewestNodes.find(parts, last + 1, most -> among(demand, most, start));
  }

  private int[] among(Demand demand, int[] most, PlanJob start) {
    NodesBySize bySize = mirror.bySize();
    return rooms.find(demand.within(part -> bySize.smallest(demand, most[part])), start);
  }
}
