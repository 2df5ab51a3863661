package org.queqiao.simulator;

import java.util.function.Supplier;
import org.queqiao.simulator.fault.FaultPlan;
import org.queqiao.testkit.Shortest;

/** Looks for a smaller scenario that fails in the same way: fewer faults, jobs and nodes. */
public final class Shrinker {
  private static final int MAX_RUNS = 120;

  /** With fewer, jobs of two nodes could not run. */
  private static final int LEAST_NODES = 2;

  private final Supplier<Seams> seams;
  private SimulationFailure smallest;
  private int runs;

  private Shrinker(SimulationFailure failure, Supplier<Seams> seams) {
    this.smallest = failure;
    this.seams = seams;
  }

  /**
   * Leaves out faults, then takes fewer nodes and fewer jobs, as long as the same invariant is
   * violated.
   *
   * @param failure what was found
   * @param seams makes the seams of each try
   * @return the failure with the smallest scenario found
   */
  public static SimulationFailure shrink(SimulationFailure failure, Supplier<Seams> seams) {
    Shrinker shrinker = new Shrinker(failure, seams);
    shrinker.fewerFaults();
    // With other nodes chance falls otherwise: as long as there are many jobs, some still fail.
    shrinker.fewerNodes();
    shrinker.fewerJobs();
    return shrinker.smallest;
  }

  private boolean fails(Scenario smaller) {
    if (runs++ >= MAX_RUNS) {
      return false;
    }
    SimulationFailure again = new Simulation(smaller, seams.get()).run();
    boolean same = again != null && again.invariant().equals(smallest.invariant());
    if (same) {
      smallest = again;
    }
    return same;
  }

  private void fewerFaults() {
    Shortest.of(
        smallest.scenario().faults().faults(),
        fewer -> fails(smallest.scenario().with(new FaultPlan(fewer))));
  }

  private void fewerJobs() {
    Shortest.of(smallest.scenario().jobs(), 1, jobs -> fails(smallest.scenario().withJobs(jobs)));
  }

  private void fewerNodes() {
    Shortest.of(
        smallest.scenario().nodes(),
        LEAST_NODES,
        nodes -> fails(smallest.scenario().withNodes(nodes)));
  }
}
