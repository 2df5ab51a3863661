package org.queqiao.core.plan;

import java.util.List;
import java.util.TreeSet;
import org.queqiao.contract.job.Allocation;
import org.queqiao.core.limit.AccountKey;
import org.queqiao.core.limit.LimitTree;
import org.queqiao.core.placement.NodeSizes;
import org.queqiao.core.state.Claim;
import org.queqiao.core.state.Job;

/**
 * Where a job starts that takes of its nodes what these have, all their cores or the memory that
 * goes with its own, when a limit or a wallet leaves too little for the nodes that were decided: on
 * the smallest nodes that have room beside the promises.
 */
final class CheaperNodes {
  /** So many sizes of nodes are tried for one job; of more, some between the least and the most. */
  private static final int MAX_SIZES = 8;

  private final ClusterMirror mirror;
  private final Trial trial;
  private final LimitTree limits;
  private final FewerNodes.Rooms rooms;

  /** What was in vain: limits and room only get less before the slice is over. */
  private final TreeSet<Tried> inVain = new TreeSet<>();

  /** The sizes of all nodes by their cores and by their memory for a core; null until asked for. */
  private TreeSet<Long> byCores;

  private TreeSet<Long> byMemory;

  private record Tried(AccountKey account, int demand, long limitMs, long believedMs, long most)
      implements Comparable<Tried> {
    @Override
    public int compareTo(Tried other) {
      int order = account.compareTo(other.account);
      order = order != 0 ? order : Integer.compare(demand, other.demand);
      order = order != 0 ? order : Long.compare(limitMs, other.limitMs);
      order = order != 0 ? order : Long.compare(believedMs, other.believedMs);
      return order != 0 ? order : Long.compare(most, other.most);
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
    long decided = greatest(demand, start.nodes());
    Tried tried =
        new Tried(AccountKey.of(job), demand.number(), start.limit(), start.believed(), decided);
    if (inVain.contains(tried)) {
      return List.of();
    }
    for (long most : NodeSizes.some(all(demand).headSet(decided), MAX_SIZES)) {
      Demand small = demand.within(node -> size(demand, node) <= most);
      int[] on = rooms.find(small, start);
      if (on != null) {
        List<Allocation> chosen = trial.choose(job.spec(), demand.nodesOf(), mirror.names(on));
        if (!chosen.isEmpty() && limits.blocks(Claim.of(job), chosen).isEmpty()) {
          return chosen;
        }
        break;
      }
    }
    if (demand.number() != 0) {
      inVain.add(tried);
    }
    return List.of();
  }

  private long greatest(Demand demand, int[] decided) {
    long most = 0;
    for (int node : decided) {
      most = Math.max(most, mirror.isLicences(node) ? 0 : size(demand, node));
    }
    return most;
  }

  /** The nodes are gone through once for each of the two measures. */
  private TreeSet<Long> all(Demand demand) {
    TreeSet<Long> known = demand.takesWholeNodes() ? byCores : byMemory;
    if (known != null) {
      return known;
    }
    TreeSet<Long> all = new TreeSet<>();
    for (int node = 0; node < mirror.planner().pool().nodes(); node++) {
      if (!mirror.isLicences(node)) {
        all.add(size(demand, node));
      }
    }
    if (demand.takesWholeNodes()) {
      byCores = all;
    } else {
      byMemory = all;
    }
    return all;
  }

  private long size(Demand demand, int node) {
    NodePool pool = mirror.planner().pool();
    return demand.takesWholeNodes() ? pool.allCores(node) : pool.memoryPerCore(node);
  }
}
