package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * A pass as the rules read, to compare the engine with: what runs, starts and is promised are holds
 * of amounts on nodes from one moment to another, and every question walks all of them.
 */
final class NaivePass {
  /** A share held on a node. */
  record Hold(int node, Share share, long from, long to) {}

  private final NodePool pool;
  private final long[][] total;
  private final long now;
  private final List<Hold> holds = new ArrayList<>();
  private final List<Hold> promises = new ArrayList<>();

  /** What each promised job was promised. */
  final TreeMap<Long, Long> promised = new TreeMap<>();

  final TreeMap<Long, List<Integer>> started = new TreeMap<>();

  NaivePass(NodePool pool, RunningJobs running, long now) {
    this.pool = pool;
    this.now = now;
    this.total = new long[pool.nodes()][pool.kinds()];
    for (int node = 0; node < pool.nodes(); node++) {
      for (int kind = 0; kind < pool.kinds(); kind++) {
        total[node][kind] = pool.free(node, kind);
      }
    }
    for (int i = 0; i < running.size(); i++) {
      PlanJob job = running.get(i);
      for (int share = 0; share < job.nodes().length; share++) {
        int node = job.nodes()[share];
        holds.add(new Hold(node, job.demand().share(share), now, job.end()));
        pool.add(job.demand().share(share), node, total[node], 0, 1);
      }
    }
  }

  void run(PlanPolicy policy, List<PlanJob> queue) {
    List<PlanJob> left = new ArrayList<>(queue);
    for (PlanJob job : queue) {
      if (promised.size() == policy.reservations()) {
        break;
      }
      if (policy.protects(job, now)) {
        if (start(job)) {
          left.remove(job);
        } else {
          promise(job);
        }
      }
    }
    if (!policy.backfills()) {
      return;
    }
    if (policy.keyRule() != PlanPolicy.KeyRule.NONE) {
      left.sort(Comparator.comparingLong(job -> policy.key(job, now)));
    }
    for (PlanJob job : left) {
      if (!promised.containsKey(job.number())) {
        start(job);
      }
    }
  }

  private boolean start(PlanJob job) {
    List<Integer> must = arranged(job, now, true);
    if (must == null) {
      return false;
    }
    List<Integer> on = new ArrayList<>(must);
    more(job, on);
    started.put(job.number(), on);
    hold(holds, job, on, now);
    return true;
  }

  /** How nodes lie to each other is asked of the same code; that is right elsewhere. */
  private List<Integer> arranged(PlanJob job, long from, boolean starts) {
    Demand demand = job.demand();
    if (!demand.isParted() || !demand.isArranged()) {
      return nodes(job, from);
    }
    byte[] masks = new byte[pool.nodes()];
    for (int node = 0; node < masks.length; node++) {
      for (int i = 0; i < demand.parts().count() && !pool.closed(node); i++) {
        Demand.Part part = demand.part(i);
        if (part.nodes().allows(node) && room(part.share(), node, from, from + job.believed())) {
          masks[node] |= (byte) (1 << i);
        }
      }
    }
    int[] on = starts ? demand.arrange(masks) : demand.choose(masks);
    return on == null ? null : Arrays.stream(on).boxed().toList();
  }

  /** All that have room now, as far as the job wants more nodes than it must have. */
  private void more(PlanJob job, List<Integer> on) {
    Demand demand = job.demand();
    Share share = demand.isParted() ? demand.part(demand.growing()).share() : demand.small();
    NodeChoice choice = demand.isParted() ? demand.part(demand.growing()).nodes() : demand.nodes();
    for (int node = 0; node < pool.nodes() && on.size() < demand.mostShares(); node++) {
      if (!on.contains(node)
          && !pool.closed(node)
          && choice.allows(node)
          && room(share, node, now, now + job.believed())) {
        on.add(node);
      }
    }
  }

  private void promise(PlanJob job) {
    long moment = earliest(job);
    promised.put(job.number(), moment);
    if (moment < Long.MAX_VALUE) {
      hold(promises, job, nodes(job, moment), moment);
    }
  }

  /** The first moment from which the job has room for all of its time. */
  long earliest(PlanJob job) {
    List<Long> moments = new ArrayList<>(List.of(now));
    holds.forEach(each -> moments.add(each.to()));
    promises.forEach(each -> moments.add(each.to()));
    return moments.stream()
        .sorted()
        .filter(moment -> nodes(job, moment) != null)
        .findFirst()
        .orElse(Long.MAX_VALUE);
  }

  private static void hold(List<Hold> into, PlanJob job, List<Integer> on, long from) {
    for (int i = 0; i < on.size(); i++) {
      into.add(new Hold(on.get(i), job.demand().share(i), from, from + job.believed()));
    }
  }

  private List<Integer> nodes(PlanJob job, long from) {
    Demand demand = job.demand();
    if (demand.demandsArrangement()) {
      return arranged(job, from, false);
    }
    if (demand.isParted()) {
      List<Integer> parts = new ArrayList<>();
      for (int i = 0; i < demand.shares(); i++) {
        parts.add(partOf(demand, i));
      }
      Integer[] on = new Integer[demand.shares()];
      return serve(job, from, 0, parts, on) ? List.of(on) : null;
    }
    List<Integer> large = new ArrayList<>();
    List<Integer> small = new ArrayList<>();
    for (int node = 0; node < pool.nodes(); node++) {
      if (pool.closed(node) || !demand.nodes().allows(node)) {
        continue;
      }
      if (large.size() < demand.largeShares()
          && room(demand.large(), node, from, from + job.believed())) {
        large.add(node);
      } else if (small.size() < demand.shares() - demand.largeShares()
          && room(demand.small(), node, from, from + job.believed())) {
        small.add(node);
      }
    }
    large.addAll(small);
    return large.size() == demand.shares() ? large : null;
  }

  private static int partOf(Demand demand, int share) {
    int part = 0;
    for (int left = share; left >= demand.part(part).shares(); part++) {
      left -= demand.part(part).shares();
    }
    return part;
  }

  /** Nodes in their order: each serves the first part that leaves a way for the rest, or none. */
  private boolean serve(PlanJob job, long from, int node, List<Integer> parts, Integer[] on) {
    if (!Arrays.asList(on).contains(null)) {
      return true;
    }
    if (node == pool.nodes()) {
      return false;
    }
    for (int part = 0; part < 8 && !pool.closed(node); part++) {
      int share = free(parts, on, part);
      if (share >= 0
          && job.demand().part(part).nodes().allows(node)
          && room(job.demand().share(share), node, from, from + job.believed())) {
        on[share] = node;
        if (serve(job, from, node + 1, parts, on)) {
          return true;
        }
        on[share] = null;
      }
    }
    return serve(job, from, node + 1, parts, on);
  }

  private static int free(List<Integer> parts, Integer[] on, int part) {
    for (int i = 0; i < on.length; i++) {
      if (parts.get(i) == part && on[i] == null) {
        return i;
      }
    }
    return -1;
  }

  private boolean room(Share share, int node, long from, long to) {
    List<Hold> all = new ArrayList<>(holds);
    all.addAll(promises);
    all.removeIf(each -> each.node() != node || each.to() <= from || each.from() >= to);
    List<Long> moments = new ArrayList<>(List.of(from));
    all.forEach(each -> moments.add(Math.max(from, each.from())));
    for (long at : moments) {
      long[] left = Arrays.copyOf(total[node], pool.kinds());
      for (Hold each : all) {
        if (each.from() <= at && each.to() > at) {
          pool.add(each.share(), node, left, 0, -1);
        }
      }
      if (!pool.fits(share, node, left, 0)) {
        return false;
      }
    }
    return true;
  }
}
