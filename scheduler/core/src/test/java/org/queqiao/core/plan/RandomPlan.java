package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.queqiao.contract.event.TopologyDefined;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.node.NetworkSwitch;
import org.queqiao.core.placement.Arrangement;
import org.queqiao.core.placement.Fabric;
import org.queqiao.core.placement.Switches;
import org.queqiao.testkit.Step;

/** A random cluster with a random queue, the same for the same seed. */
final class RandomPlan {
  /** The seed of the cluster. */
  final long seed;

  final NodePool pool;

  /** What each node had at first, by kind. */
  final long[][] all;

  final Planner planner;
  final PlanPolicy policy;
  final List<PlanJob> queue = new ArrayList<>();
  final TreeMap<Long, List<Integer>> started = new TreeMap<>();
  long now = 1_000;

  /** What goes with a core of each node where a job does not say. */
  final long[] memoryPerCore;

  private final int kinds;
  private final List<Demand> demands = new ArrayList<>();
  private final Consumer<String> says;
  private SplittableRandom random;
  private long lastNumber;

  /**
   * A cluster and its engine.
   *
   * @param says is told in words what happens
   */
  RandomPlan(long seed, PlanPolicy policy, Consumer<String> says) {
    this.seed = seed;
    this.says = says;
    this.random = new SplittableRandom(seed);
    this.policy = policy;
    this.kinds = random.nextInt(1, 4);
    int nodes = random.nextInt(4) == 0 ? 1 : random.nextInt(1, 7);
    this.pool = new NodePool(nodes, kinds);
    this.all = new long[nodes][kinds];
    this.memoryPerCore = new long[nodes];
    for (int node = 0; node < nodes; node++) {
      for (int kind = 0; kind < kinds; kind++) {
        long free = random.nextInt(1, 17);
        pool.setFree(node, kind, free);
        all[node][kind] = free;
        if (kind == 0) {
          pool.setAllCores(node, free);
        }
      }
      memoryPerCore[node] = random.nextInt(0, 3);
      pool.setMemoryPerCore(node, memoryPerCore[node]);
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

  /** The cluster in words. */
  @Override
  public String toString() {
    return policy.policyName()
        + " on nodes with "
        + Arrays.deepToString(all)
        + ", demands of "
        + demands.stream().map(RandomPlan::shares).toList();
  }

  private static List<Share> shares(Demand demand) {
    return IntStream.range(0, demand.shares()).mapToObj(demand::share).toList();
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
    says.accept(now + ": job " + job.number() + " starts on " + on);
  }

  private void submit() {
    long number = ++lastNumber;
    long limit = random.nextInt(1, 40);
    long believed = random.nextInt(3) == 0 ? random.nextLong(1, limit + 1) : limit;
    int demand = random.nextInt(demands.size());
    PlanJob job = new PlanJob(number, number, demands.get(demand), now, limit, believed);
    says.accept(
        now
            + ": job "
            + number
            + " is submitted with demand "
            + demand
            + ", limit "
            + limit
            + ", believed "
            + believed);
    queue.add(job);
    planner.submitted(job, now);
  }

  private void endOne() {
    if (planner.running().size() > 0) {
      ended(planner.running().get(random.nextInt(planner.running().size())));
    }
  }

  private void withdrawOne() {
    if (!queue.isEmpty()) {
      PlanJob job = queue.remove(random.nextInt(queue.size()));
      says.accept(now + ": job " + job.number() + " is withdrawn");
      planner.withdrawn(job);
    }
  }

  /** Time passes; what should have ended does. */
  private void later() {
    now += random.nextInt(1, 15);
    while (planner.running().size() > 0 && planner.running().get(0).end() <= now) {
      ended(planner.running().get(0));
    }
  }

  private void ended(PlanJob job) {
    says.accept(now + ": job " + job.number() + " ends");
    planner.ended(job, now);
  }

  /** Something that may happen between two passes. */
  void happens(Step step) {
    random = step.dice();
    switch (random.nextInt(6)) {
      case 0 -> endOne();
      case 1 -> withdrawOne();
      case 2 -> later();
      default -> submit();
    }
  }
}
