package org.queqiao.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.util.ArrayList;
import java.util.Arrays;
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
import org.queqiao.core.plan.Demand;
import org.queqiao.core.plan.NodeChoice;
import org.queqiao.core.plan.NodePool;
import org.queqiao.core.plan.PlanJob;
import org.queqiao.core.plan.PlanPolicies;
import org.queqiao.core.plan.PlanPolicy;
import org.queqiao.core.plan.Planner;
import org.queqiao.core.plan.Share;

/**
 * The engine with a long queue on a large cluster: a whole pass over every waiting job, and what
 * one submission and one end cost after it. Nodes have cores and memory; jobs have 1 to 64 nodes, 1
 * to 64 cores on each, and limits from 5 minutes to 2 days.
 */
final class PlanBench {
  private static final int CORES = 64;
  private static final long MEM_PER_CORE_MIB = 4096;
  private static final long[] LIMITS_MS = {
    300_000, 900_000, 3_600_000, 14_400_000, 43_200_000, 86_400_000, 172_800_000
  };

  private final SplittableRandom random = new SplittableRandom(1);
  private final TreeMap<Integer, Demand> demands = new TreeMap<>();
  private final List<PlanJob> waiting = new ArrayList<>();
  private final TreeMap<Long, int[]> places = new TreeMap<>();
  private final PlanPolicy policy;
  private final Planner planner;
  private final int nodes;

  /** Null without switches. */
  private final Fabric fabric;

  private long nowMs = 1_000_000_000;
  private long number;
  private long starts;

  private PlanBench(int nodes, PlanPolicy policy, int perSwitch) {
    this.nodes = nodes;
    this.fabric = perSwitch == 0 ? null : fabric(nodes, perSwitch);
    this.policy = policy;
    this.planner = new Planner(policy, idle(nodes), this::started);
  }

  static NodePool idle(int nodes) {
    NodePool pool = new NodePool(nodes, 2);
    for (int node = 0; node < nodes; node++) {
      pool.setFree(node, 0, CORES);
      pool.setFree(node, 1, CORES * MEM_PER_CORE_MIB);
      pool.setMemoryPerCore(node, MEM_PER_CORE_MIB);
    }
    return pool;
  }

  private static Fabric fabric(int nodes, int perSwitch) {
    List<NetworkSwitch> switches = new ArrayList<>();
    List<NodeName> names = new ArrayList<>();
    for (int from = 0; from < nodes; from += perSwitch) {
      int number = from / perSwitch;
      if (number % 16 == 0) {
        switches.add(new NetworkSwitch("rack" + number / 16, "", ""));
      }
      int to = Math.min(nodes, from + perSwitch) - 1;
      switches.add(
          new NetworkSwitch("switch" + number, "rack" + number / 16, "n[" + from + "-" + to + "]"));
      for (int node = from; node <= to; node++) {
        names.add(new NodeName("n" + node));
      }
    }
    return new Fabric(Switches.of(new TopologyDefined(switches)), names);
  }

  private void started(PlanJob job, int[] on) {
    starts++;
    places.put(job.number(), on);
  }

  /**
   * Measures.
   *
   * @param perSwitch how many nodes are on a leaf switch, 16 of which are below one; 0 for no
   *     switches
   */
  static void run(int nodes, int jobs, int perSwitch, Report report) {
    PlanPolicy policy = PlanPolicies.named(PlanPolicies.DEFAULT).orElseThrow();
    for (int warm = 0; warm < 2; warm++) {
      new PlanBench(nodes, policy, perSwitch).loaded(jobs);
    }
    long[] empty = new long[3];
    for (int i = 0; i < empty.length; i++) {
      PlanBench bench = new PlanBench(nodes, policy, perSwitch);
      bench.submit(jobs);
      empty[i] = bench.pass();
      report.put("startedOnEmptyCluster", bench.starts);
    }
    report.put("fullPlanEmptyMs", median(empty) / 1e6);
    PlanBench bench = new PlanBench(nodes, policy, perSwitch);
    long[] full = bench.loaded(jobs);
    report.put("fullPlanMs", median(full) / 1e6);
    report.put("running", bench.planner.running().size());
    report.put("pending", bench.planner.waiting());
    report.put("freeCores", bench.planner.pool().totalFreeCores());
    report.percentiles("submit", bench.submissions(200));
    long cpu = cpuNanos();
    report.percentiles("end", bench.ends(200));
    report.put("endMeanCpuMs", (cpuNanos() - cpu) / 200 / 1e6);
    report.put("nodesPerSwitch", perSwitch);
    report.put("nodes", nodes).put("coresPerNode", CORES).put("policy", policy.policyName());
    report.put("reservations", policy.reservations());
    report.put("peakHeapMiB", peakHeapMib());
  }

  /**
   * Measures one plan that promises so many waiting jobs a start, and one after an end, which holds
   * room for them: once, because it may take long.
   */
  static void reserving(int nodes, int jobs, int reservations, Report report) {
    PlanPolicy policy = PlanPolicies.live(PlanPolicies.DEFAULT, reservations).orElseThrow();
    PlanBench bench =
        new PlanBench(nodes, PlanPolicies.named(PlanPolicies.DEFAULT).orElseThrow(), 0);
    bench.fill(jobs);
    Planner fresh = bench.anew(policy);
    long cpu = cpuNanos();
    long begun = System.nanoTime();
    fresh.pass(bench.nowMs);
    report.put("fullPlanMs", (System.nanoTime() - begun) / 1e6);
    report.put("fullPlanCpuMs", (cpuNanos() - cpu) / 1e6);
    fresh.ended(fresh.running().get(0), bench.nowMs);
    cpu = cpuNanos();
    fresh.pass(bench.nowMs);
    report.put("nextPlanCpuMs", (cpuNanos() - cpu) / 1e6);
    report.put("running", fresh.running().size()).put("pending", fresh.waiting());
    report.put("nodes", nodes).put("coresPerNode", CORES).put("reservations", reservations);
    report.put("peakHeapMiB", peakHeapMib());
  }

  private static double median(long[] nanos) {
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /** Fills the cluster, then plans the waiting jobs anew several times. */
  private long[] loaded(int jobs) {
    fill(jobs);
    long[] nanos = new long[5];
    for (int i = 0; i < nanos.length; i++) {
      nanos[i] = planAnew();
    }
    return nanos;
  }

  private void fill(int jobs) {
    while (planner.pool().totalFreeCores() > (long) nodes * CORES / 100) {
      submit(1_000);
      pass();
      nowMs += 1_000;
    }
    submit(jobs - planner.waiting());
  }

  /** A full cluster under the default policy, with so many waiting jobs. */
  static PlanBench full(int nodes, int jobs) {
    PlanBench bench =
        new PlanBench(nodes, PlanPolicies.named(PlanPolicies.DEFAULT).orElseThrow(), 0);
    bench.fill(jobs);
    bench.pass();
    return bench;
  }

  long nowMs() {
    return nowMs;
  }

  /** The time of a pass of an engine that has not planned before. */
  private long planAnew() {
    Planner fresh = anew();
    long begun = System.nanoTime();
    fresh.pass(nowMs);
    return System.nanoTime() - begun;
  }

  /** An engine that has not planned before, with all that runs and waits here. */
  Planner anew() {
    return anew(policy);
  }

  private Planner anew(PlanPolicy by) {
    NodePool pool = idle(nodes);
    for (int node = 0; node < nodes; node++) {
      pool.setFree(node, 0, planner.pool().free(node, 0));
      pool.setFree(node, 1, planner.pool().free(node, 1));
    }
    Planner fresh = new Planner(by, pool, (job, on) -> starts++);
    for (int i = 0; i < planner.running().size(); i++) {
      PlanJob job = planner.running().get(i);
      fresh.runs(copy(job), places.get(job.number()), job.start());
    }
    waiting.removeIf(job -> !job.waiting());
    for (PlanJob job : waiting) {
      fresh.submitted(copy(job), nowMs);
    }
    return fresh;
  }

  private static PlanJob copy(PlanJob job) {
    return new PlanJob(
        job.number(), job.order(), job.demand(), job.submit(), job.limit(), job.believed());
  }

  long[] submissions(int count) {
    long[] nanos = new long[count];
    for (int i = 0; i < count; i++) {
      long begun = System.nanoTime();
      submit(1);
      pass();
      nanos[i] = System.nanoTime() - begun;
    }
    return nanos;
  }

  long[] ends(int count) {
    long[] nanos = new long[count];
    for (int i = 0; i < count; i++) {
      PlanJob ending = planner.running().get(random.nextInt(planner.running().size()));
      long begun = System.nanoTime();
      planner.ended(ending, nowMs);
      pass();
      nanos[i] = System.nanoTime() - begun;
    }
    return nanos;
  }

  private long pass() {
    nowMs += 1;
    long begun = System.nanoTime();
    planner.pass(nowMs);
    return System.nanoTime() - begun;
  }

  private void submit(int jobs) {
    for (int i = 0; i < jobs; i++) {
      long limit = limitMs(random);
      number++;
      PlanJob job = new PlanJob(number, number, demand(), nowMs, limit, limit);
      waiting.add(job);
      planner.submitted(job, nowMs);
    }
  }

  static int cores(SplittableRandom random) {
    return random.nextInt(3) == 0 ? CORES : random.nextInt(1, CORES + 1);
  }

  static int nodes(SplittableRandom random) {
    return random.nextInt(3) == 0 ? 1 << random.nextInt(7) : 1;
  }

  static long limitMs(SplittableRandom random) {
    return LIMITS_MS[random.nextInt(LIMITS_MS.length)];
  }

  private Demand demand() {
    int cores = cores(random);
    int on = nodes(random);
    return demands.computeIfAbsent(
        cores * 100 + on,
        _ -> {
          Share share = new Share(new long[] {cores, 0}, true);
          return fabric == null || on == 1
              ? new Demand(share, 0, share, on, NodeChoice.ALL)
              : new Demand(
                  List.of(new Demand.Part(share, on, NodeChoice.ALL)),
                  0,
                  0,
                  Arrangement.of(JobPlacement.DEFAULT, on, fabric));
        });
  }

  static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static long peakHeapMib() {
    long bytes = 0;
    for (MemoryPoolMXBean each : ManagementFactory.getMemoryPoolMXBeans()) {
      if (each.getType() == java.lang.management.MemoryType.HEAP) {
        bytes += each.getPeakUsage().getUsed();
      }
    }
    return bytes >> 20;
  }
}
