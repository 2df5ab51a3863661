package org.queqiao.simulator;

import java.util.function.Supplier;
import org.queqiao.simulator.fault.FaultPlan;

/** Looks for a shorter plan of faults that fails in the same way. */
public final class Shrinker {
  private static final int MAX_RUNS = 60;

  private Shrinker() {}

  /**
   * Leaves out faults one by one as long as the same invariant is violated.
   *
   * @param failure what was found
   * @param seams makes the seams of each try
   * @return the failure with the shortest plan found
   */
  public static SimulationFailure shrink(SimulationFailure failure, Supplier<Seams> seams) {
    SimulationFailure shortest = failure;
    int runs = 0;
    int index = 0;
    while (index < shortest.scenario().faults().faults().size() && runs++ < MAX_RUNS) {
      FaultPlan fewer = shortest.scenario().faults().without(index);
      SimulationFailure again = new Simulation(shortest.scenario().with(fewer), seams.get()).run();
      if (again != null && again.invariant().equals(failure.invariant())) {
        shortest = again;
      } else {
        index++;
      }
    }
    return shortest;
  }
}
