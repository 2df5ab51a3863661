package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.queqiao.contract.event.TopologyDefined;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.node.NetworkSwitch;
import org.queqiao.core.placement.Arrangement;
import org.queqiao.core.placement.Fabric;
import org.queqiao.core.placement.Switches;

/** A random cluster with a random queue, the same for the same seed. */
final class RandomPlan {
  final SplittableRandom random;
  final NodePool pool;
  final Planner planner;
  final PlanPolicy policy;
  final List<PlanJob> queue = new ArrayList<>();
  final TreeMap<Long, List<Integer>> started = new TreeMap<>();
  long now = 1_000;
  private final int kinds;
  private final List<Demand> demands = new ArrayList<>();
  private long lastNumber;

  RandomPlan(long seed, PlanPolicy policy) {
    this.random = new SplittableRandom(seed);
    this.policy = policy;
    this.kinds = random.nextInt(1, 4);
    int nodes = random.nextInt(4) == 0 ? 1 : random.nextInt(1, 7);
    this.pool = new NodePool(nodes, kinds);
    for (int node = 0; node < nodes; node++) {
      for (int kind = 0; kind < kinds; kind++) {
        long free = random.nextInt(1, 17);
        pool.setFree(node, kind, free);
        if (kind == 0) {
          pool.setAllCores(node, free);
        }
      }
      pool.setMemoryPerCore(node, random.nextInt(0, 3));
      if (random.nextInt(12) == 0) {
        pool.close(node);
      }
    }
    this.planner = new Planner(policy, pool, this::start);
    int classes = random.nextInt(1, 6);
    for (int i = 0; i < classes; i++) {
      demands.add(demand());
    }
  }

  private Demand demand() {
    long[] small = new long[kinds];
    for (int kind = 0; kind < kinds; kind++) {
      small[kind] = random.nextInt(kind == 0 ? 1 : 0, 9);
    }
    boolean memoryPerCore = kinds > 1 && random.nextBoolean();
    long[] large = small.clone();
    large[0]++;
    boolean wholeNode = random.nextInt(5) == 0;
    Share largeShare = new Share(large, memoryPerCore, wholeNode);
    Share smallShare = new Share(small, memoryPerCore, wholeNode);
    int larges = random.nextInt(3) == 0 ? random.nextInt(1, 3) : 0;
    int smalls = random.nextInt(larges > 0 ? 0 : 1, 4);
    if (random.nextInt(4) == 0) {
      return parted(largeShare, smallShare);
    }
    long allowed = random.nextInt(4) == 0 ? random.nextLong() : -1;
    return new Demand(
        largeShare,
        larges,
        smallShare,
        smalls,
        node -> (allowed >>> node & 1) == 1,
        larges + smalls + (random.nextInt(3) == 0 ? random.nextInt(4) : 0));
  }

  /** Parts that ask for different nodes, which may be the same for some of them. */
  private Demand parted(Share large, Share small) {
    List<Demand.Part> parts = new ArrayList<>();
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      long allowed = random.nextLong();
      parts.add(
          new Demand.Part(
              random.nextBoolean() ? large : small,
              random.nextInt(1, 3),
              node -> (allowed >>> node & 1) == 1));
    }
    if (random.nextBoolean()) {
      int nodes = parts.stream().mapToInt(Demand.Part::shares).sum();
      return new Demand(parts, 0, 0, arrangement(nodes, parts.size() == 1));
    }
    return new Demand(
        parts, random.nextInt(parts.size()), random.nextInt(3) == 0 ? random.nextInt(3) : 0);
  }

  /** Three leaves of two nodes, two of them below one switch. */
  private Arrangement arrangement(int nodes, boolean mayDemand) {
    Switches switches =
        Switches.of(
            new TopologyDefined(
                List.of(
                    new NetworkSwitch("c", "", ""),
                    new NetworkSwitch("s1", "c", "n[4-5]"),
                    new NetworkSwitch("s2", "c", "n[0-1]"),
                    new NetworkSwitch("s3", "", "n[2-3]"))));
    List<NodeName> names = new ArrayList<>();
    for (int node = 0; node < pool.nodes(); node++) {
      names.add(new NodeName("n" + node));
    }
    return Arrangement.of(
        JobPlacement.builder()
            .contiguous(mayDemand && random.nextInt(3) == 0)
            .switches(mayDemand ? random.nextInt(3) : 0)
            .spread(random.nextBoolean())
            .build(),
        nodes,
        new Fabric(switches, names));
  }

  private void start(PlanJob job, int[] nodes) {
    List<Integer> on = new ArrayList<>();
    for (int node : nodes) {
      on.add(node);
    }
    started.put(job.number(), on);
    queue.remove(job);
  }

  void submit() {
    long number = ++lastNumber;
    long limit = random.nextInt(1, 40);
    long believed = random.nextInt(3) == 0 ? random.nextLong(1, limit + 1) : limit;
    PlanJob job =
        new PlanJob(
            number, number, demands.get(random.nextInt(demands.size())), now, limit, believed);
    queue.add(job);
    planner.submitted(job, now);
  }

  void endOne() {
    if (planner.running().size() > 0) {
      planner.ended(planner.running().get(random.nextInt(planner.running().size())), now);
    }
  }

  void withdrawOne() {
    if (!queue.isEmpty()) {
      planner.withdrawn(queue.remove(random.nextInt(queue.size())));
    }
  }

  /** Time passes; what should have ended does. */
  void later() {
    now += random.nextInt(1, 15);
    while (planner.running().size() > 0 && planner.running().get(0).end() <= now) {
      planner.ended(planner.running().get(0), now);
    }
  }

  /** Something that may happen between two passes. */
  void happens() {
    switch (random.nextInt(6)) {
      case 0 -> endOne();
      case 1 -> withdrawOne();
      case 2 -> later();
      default -> submit();
    }
  }
}
