package org.queqiao.simulator;

import java.util.function.Supplier;
import org.queqiao.simulator.fault.FaultPlan;

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
   * Leaves out faults one by one, then takes fewer jobs and fewer nodes, as long as the same
   * invariant is violated.
   *
   * @param failure what was found
   * @param seams makes the seams of each try
   * @return the failure with the smallest scenario found
   */
  public static SimulationFailure shrink(SimulationFailure failure, Supplier<Seams> seams) {
    Shrinker shrinker = new Shrinker(failure, seams);
    shrinker.fewerFaults();
    shrinker.fewerJobs();
    shrinker.fewerNodes();
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
    int index = 0;
    while (index < smallest.scenario().faults().faults().size() && runs < MAX_RUNS) {
      FaultPlan fewer = smallest.scenario().faults().without(index);
      if (!fails(smallest.scenario().with(fewer))) {
        index++;
      }
    }
  }

  /** First half of them, then one by one. */
  private void fewerJobs() {
    int jobs = smallest.scenario().jobs();
    while (jobs > 1 && fails(smallest.scenario().withJobs(jobs / 2))) {
      jobs /= 2;
    }
    while (jobs > 1 && fails(smallest.scenario().withJobs(jobs - 1))) {
      jobs--;
    }
  }

  private void fewerNodes() {
    int nodes = smallest.scenario().nodes();
    while (nodes > LEAST_NODES && fails(smallest.scenario().withNodes(nodes - 1))) {
      nodes--;
    }
  }
}
