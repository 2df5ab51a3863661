package org.queqiao.simulator;

import java.util.List;
import java.util.Optional;
import org.queqiao.simulator.check.Invariant;
import org.queqiao.simulator.check.Violation;

/**
 * A history in which an invariant does not hold.
 *
 * @param scenario gives it again
 * @param cause what was found
 * @param lastHappenings what led to it, oldest first
 */
public record SimulationFailure(
    Scenario scenario, RuntimeException cause, List<String> lastHappenings) {
  public SimulationFailure {
    lastHappenings = List.copyOf(lastHappenings);
  }

  /** The invariant, unless the simulation broke in another way. */
  public Optional<Invariant> invariant() {
    return cause instanceof Violation violation
        ? Optional.of(violation.invariant())
        : Optional.empty();
  }

  /** Everything that is needed to look into it. */
  public String report() {
    StringBuilder out = new StringBuilder();
    lastHappenings.forEach(line -> out.append("  ").append(line).append('\n'));
    out.append("seed ").append(scenario.seed()).append(": ").append(cause).append('\n');
    out.append(scenario.nodes()).append(" nodes, ").append(scenario.jobs()).append(" jobs, ");
    out.append("faults:\n");
    scenario.faults().faults().forEach(fault -> out.append("  ").append(fault).append('\n'));
    out.append("again: queqiao simulate --seed ").append(scenario.seed()).append(" --verbose\n");
    return out.toString();
  }
}
