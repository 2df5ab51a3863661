package org.queqiao.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A failing scenario is made as small as a planted bug allows. */
final class ShrinkerTest {
  private static final int SEEDS = 40;

  /** Neither needs a fault; they show as soon as a job starts, or comes. */
  @ParameterizedTest
  @EnumSource(names = {"SECOND_ATTEMPT_BEFORE_THE_FIRST", "SUBMITTED_BY_SOMEBODY_ELSE"})
  void ofAPlantedBugFewJobsWithoutFaultsAreLeft(Canary bug) {
    SimulationFailure found = found(bug);
    assertThat(found.scenario().jobs()).as("jobs before").isGreaterThan(10);
    assertThat(found.scenario().faults().faults()).as("faults before").isNotEmpty();
    SimulationFailure small = Shrinker.shrink(found, bug::plant);
    assertThat(small.scenario().faults().faults()).isEmpty();
    assertThat(small.scenario().jobs()).isLessThanOrEqualTo(3);
    assertThat(small.scenario().nodes()).isEqualTo(2);
    SimulationFailure again = new Simulation(small.scenario(), bug.plant()).run();
    assertThat(again.invariant()).as("and it fails again").contains(bug.invariant());
  }

  @Test
  void aFaultThatTheBugNeedsStays() {
    Canary bug = Canary.RESTORED_FROM_AN_OLD_COPY;
    SimulationFailure found = null;
    for (long seed = 1; seed <= SEEDS && found == null; seed++) {
      found = new Simulation(bug.scenario(seed), bug.plant()).run();
    }
    SimulationFailure small = Shrinker.shrink(found, bug::plant);
    assertThat(small.invariant()).contains(bug.invariant());
    assertThat(small.scenario().faults().faults()).isNotEmpty();
    assertThat(small.scenario().jobs()).isLessThanOrEqualTo(found.scenario().jobs());
  }

  private static SimulationFailure found(Canary bug) {
    for (long seed = 1; seed <= SEEDS; seed++) {
      Scenario scenario = Scenario.of(seed);
      SimulationFailure failure =
          scenario.jobs() > 10 ? new Simulation(scenario, bug.plant()).run() : null;
      if (failure != null && failure.invariant().equals(Optional.of(bug.invariant()))) {
        return failure;
      }
    }
    throw new AssertionError(bug + " is not found in " + SEEDS + " seeds");
  }
}
