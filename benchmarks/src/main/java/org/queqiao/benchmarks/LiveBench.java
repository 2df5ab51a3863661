package org.queqiao.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.RunExit;
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
    LiveBench bench = new LiveBench(SiteRule.named(with));
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
