package org.queqiao.benchmarks;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.queqiao.core.plan.NodePool;
import org.queqiao.core.plan.Planner;

/** The inner parts of the planner on a full cluster with a queue, one by one. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
public class PlannerMicro {
  @Param({"2000"})
  public int nodes;

  @Param({"10000"})
  public int jobs;

  private PlanBench bench;
  private NodePool pool;
  private int node;

  /** Each iteration begins with the same cluster: what is submitted makes the queue longer. */
  @Setup(Level.Iteration)
  public void fill() {
    bench = PlanBench.full(nodes, jobs);
    pool = PlanBench.idle(nodes);
  }

  /** A planner that has not planned yet, made anew for each pass. */
  @State(Scope.Benchmark)
  public static class Unplanned {
    private Planner planner;

    @Setup(Level.Invocation)
    public void prepare(PlannerMicro full) {
      planner = full.bench.anew();
    }
  }

  /** A whole pass over the queue. */
  @Benchmark
  public Planner pass(Unplanned unplanned) {
    unplanned.planner.pass(bench.nowMs());
    return unplanned.planner;
  }

  /** A job comes: what was planned before it stays. */
  @Benchmark
  public long[] submission() {
    return bench.submissions(1);
  }

  /** A job ends, others move up, and a new one takes its place at the end. */
  @Benchmark
  public long[] endAndSubmission() {
    bench.ends(1);
    return bench.submissions(1);
  }

  /** What is free on one node changes, with all that is kept of the whole pool. */
  @Benchmark
  public long freeCoresOfANode() {
    node = (node + 7) % nodes;
    pool.setFree(node, 0, node & 63);
    return pool.totalFreeCores();
  }
}
