package org.queqiao.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.LimitScope;
import org.queqiao.contract.policy.Quantity;
import org.queqiao.contract.policy.Rules;
import org.queqiao.contract.policy.Subject;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.message.Input;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Reply;

/**
 * The live machine with a long queue on a large cluster under the default policy: what one
 * submission and one end cost from the input to the end of the passes that follow, facts applied,
 * log and sync left out. Jobs are drawn as in {@link PlanBench}; each has a name and a script of
 * its own, so there are as many kinds as jobs.
 */
final class LiveBench {
  private static final int CORES = 64;
  private static final PartitionName UNEQUAL = new PartitionName("unequal");

  private final SplittableRandom random = new SplittableRandom(1);
  private final BenchCluster cluster;
  private final List<JobId> running = new ArrayList<>();
  private long position;
  private int number;

  /** Time of this thread's processor for each of the last ones measured. */
  private long[] spent;

  private final Set<SiteRule> rules;

  private LiveBench(Set<SiteRule> rules) {
    this.rules = rules;
    cluster =
        new BenchCluster(
            1_790_000_000_000L,
            (timeMs, fact) -> {
              if (fact.event() instanceof org.queqiao.contract.event.JobAllocated e) {
                running.add(e.run().job());
              }
              return ++position;
            });
  }

  /** Measures so many submissions and ends, one by one. */
  static void run(int nodes, int jobs, int times, String with, Report report) {
    measured(nodes, jobs, times, with, new LiveBench(SiteRule.named(with)), report);
  }

  /**
   * The same beside nodes of two sizes in a partition of their own, and what one submission costs
   * there of a user whose limit leaves the smaller ones alone, while a larger one is first.
   */
  static void unequal(int nodes, int jobs, int times, String with, Report report) {
    LiveBench bench = new LiveBench(SiteRule.named(with));
    measured(nodes, jobs, times, with, bench, report);
    bench.twoSizes(nodes, 2 * times);
    bench.otherwise(times / 2);
    bench.spent = new long[times];
    report.percentiles("liveSmaller", bench.otherwise(times));
    report.percentiles("liveSmallerCpu", bench.spent);
  }

  private static void measured(
      int nodes, int jobs, int times, String with, LiveBench bench, Report report) {
    bench.fill(nodes, jobs);
    bench.cluster.pass(1_000);
    bench.cluster.plan();
    bench.spent = new long[times];
    bench.submissions(times / 2);
    bench.ends(times / 2);
    report.put("running", bench.running.size());
    report.put("pending", bench.cluster.machine().state().pendingJobs());
    bench.spent = new long[times];
    report.percentiles("liveSubmit", bench.submissions(times));
    report.percentiles("liveSubmitCpu", bench.spent);
    report.percentiles("liveEnd", bench.ends(times));
    report.percentiles("liveEndCpu", bench.spent);
    report.put("with", with).put("nodes", nodes).put("coresPerNode", CORES).put("times", times);
  }

  /** A full cluster with so many waiting jobs. */
  static LiveBench filled(int nodes, int jobs) {
    LiveBench bench = new LiveBench(Set.of());
    bench.fill(nodes, jobs);
    return bench;
  }

  BenchCluster cluster() {
    return cluster;
  }

  private void fill(int nodes, int jobs) {
    cluster.site();
    for (int i = 0; i < nodes; i++) {
      cluster.node(i, CORES);
    }
    SiteRule.inputs(rules, cluster.nowMs()).forEach(this::accepted);
    if (rules.contains(SiteRule.WALLETS)) {
      accepted(SiteRule.budgets(position));
    }
    int before = -1;
    while (running.size() > before || cluster.machine().state().pendingJobs() < 1_000) {
      before = running.size();
      submit(1_000);
      cluster.plan();
    }
    submit(jobs - cluster.machine().state().pendingJobs());
    cluster.plan();
  }

  private void accepted(Input rule) {
    Reply reply = cluster.hear(rule);
    if (reply instanceof Reply.Rejected refused) {
      throw new IllegalStateException("a rule was not accepted: " + refused);
    }
    if (reply instanceof Reply.Proposed proposed) {
      accepted(new Input.DecideMoney(BenchCluster.OWNER, proposed.proposal(), true, "seen"));
    }
  }

  private void submit(int jobs) {
    for (int i = 0; i < jobs; i++) {
      int cores = PlanBench.cores(random);
      int on = PlanBench.nodes(random);
      number++;
      JobRequest.Builder job =
          BenchCluster.request(number)
              .nodes(on)
              .tasks(on)
              .cpusPerTask(cores)
              .limitMs(PlanBench.limitMs(random));
      SiteRule.shape(rules, number, job);
      cluster.submit(number, job.build());
      cluster.pass(1);
    }
  }

  private long[] submissions(int count) {
    long[] nanos = new long[count];
    for (int i = 0; i < count; i++) {
      long cpu = PlanBench.cpuNanos();
      long begun = System.nanoTime();
      submit(1);
      cluster.plan();
      nanos[i] = System.nanoTime() - begun;
      spent[i] = PlanBench.cpuNanos() - cpu;
    }
    return nanos;
  }

  private void twoSizes(int nodes, int smaller) {
    String own = String.format("n[00000-%05d]", nodes - 1);
    String others = String.format("n[%05d-%05d]", nodes, nodes + smaller);
    accepted(partition(BenchCluster.BATCH, true, own));
    accepted(partition(UNEQUAL, false, others));
    for (int i = 0; i <= smaller; i++) {
      cluster.node(nodes + i, i == 0 ? CORES : CORES / 2);
    }
    Limit most = new Limit(LimitScope.JOB, Quantity.CORES, "", CORES - 1);
    Rules rules = new Rules(Rules.NONE.shares(), null, List.of(), null, 0, List.of(most));
    RulesSet set = new RulesSet(new Subject.Partition(UNEQUAL), rules);
    accepted(new Input.SetRules(BenchCluster.OWNER, set));
    cluster.plan();
  }

  private static Input partition(PartitionName name, boolean first, String nodes) {
    long hourMs = 3_600_000;
    return new Input.DefinePartition(
        BenchCluster.OWNER, new PartitionDefined(name, first, hourMs, 48 * hourMs, nodes));
  }

  /** Submits jobs that have a node for themselves; each starts on one of the smaller. */
  private long[] otherwise(int count) {
    long[] nanos = new long[count];
    for (int i = 0; i < count; i++) {
      int before = running.size();
      number++;
      JobRequest job =
          BenchCluster.request(number)
              .partition(UNEQUAL)
              .limitMs(3_600_000L)
              .placement(JobPlacement.builder().exclusive(true).build())
              .build();
      cluster.pass(1);
      long cpu = PlanBench.cpuNanos();
      long begun = System.nanoTime();
      cluster.submit(number, job);
      cluster.plan();
      nanos[i] = System.nanoTime() - begun;
      spent[Math.min(i, spent.length - 1)] = PlanBench.cpuNanos() - cpu;
      if (running.size() == before) {
        throw new IllegalStateException("a job does not start on the smaller nodes");
      }
    }
    return nanos;
  }

  private long[] ends(int count) {
    long[] nanos = new long[count];
    for (int i = 0; i < count; i++) {
      cluster.pass(1_000);
      JobId ending = running.remove(random.nextInt(running.size()));
      ClusterImage.JobImage job = cluster.machine().state().job(ending).orElseThrow();
      RunId run = new RunId(ending, job.attempt());
      RunExit exit =
          new RunExit(run, RunExit.Kind.EXITED, 0, 0, job.startMs(), cluster.nowMs(), 0, 0, 0, "");
      Input.RunEnded ended = new Input.RunEnded(job.allocations().getFirst().node(), exit);
      long cpu = PlanBench.cpuNanos();
      long begun = System.nanoTime();
      cluster.hear(ended);
      cluster.plan();
      nanos[i] = System.nanoTime() - begun;
      spent[i] = PlanBench.cpuNanos() - cpu;
    }
    return nanos;
  }
}
