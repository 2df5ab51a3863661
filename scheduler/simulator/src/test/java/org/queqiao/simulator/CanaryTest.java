package org.queqiao.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.EnumSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.queqiao.simulator.check.Invariant;

final class CanaryTest {
  private static final int SEEDS = 40;

  @ParameterizedTest
  @EnumSource(Canary.class)
  void thePlantedBugIsReportedAsExactlyItsInvariant(Canary canary) {
    SimulationFailure failure = null;
    for (long seed = 1; seed <= SEEDS && failure == null; seed++) {
      failure = new Simulation(canary.scenario(seed), canary.plant()).run();
    }
    assertThat(failure).as("within %d seeds", SEEDS).isNotNull();
    assertThat(failure.invariant()).as(failure.report()).contains(canary.invariant());
  }

  @ParameterizedTest
  @EnumSource(Canary.class)
  void withoutItsBugTheSameHistoryHolds(Canary canary) {
    for (long seed = 1; seed <= 3; seed++) {
      SimulationFailure failure = new Simulation(canary.scenario(seed), new Seams()).run();
      assertThat(failure == null ? "" : failure.report()).isEmpty();
    }
  }

  @Test
  void agentsPassOverWhatAFormerLeaderTells() {
    for (long seed = 1; seed <= 10; seed++) {
      Scenario scenario = Canary.AGENT_IGNORES_EPOCHS.scenario(seed);
      SimulationFailure failure = new Simulation(scenario, new NodeBugs.FormerLeaderSpeaks()).run();
      assertThat(failure == null ? "" : failure.report()).isEmpty();
    }
  }

  @Test
  void everyInvariantHasACanary() {
    Set<Invariant> planted = EnumSet.noneOf(Invariant.class);
    for (Canary canary : Canary.values()) {
      planted.add(canary.invariant());
    }
    assertThat(planted).containsExactlyInAnyOrder(Invariant.values());
  }
}
