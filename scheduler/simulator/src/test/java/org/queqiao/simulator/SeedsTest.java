package org.queqiao.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.queqiao.testkit.TestSize;

final class SeedsTest {
  private static final long SEEDS = TestSize.ciOrFull(2_000, 20_000);
  private static final int THREADS = 2;

  /** So many failures are made short and told. */
  private static final int TOLD = 3;

  /** Reached only where a log is opened after a torn write, which is rare but happens. */
  private static final long MANY = 10;

  @Test
  void everyInvariantHoldsInEverySeed() {
    SeedRange.Result result = SeedRange.run(1, SEEDS, THREADS);
    assertThat(
            result.failures().stream()
                .limit(TOLD)
                .map(failure -> Shrinker.shrink(failure, Seams::new).report())
                .collect(Collectors.joining("\n")))
        .isEmpty();
    assertThat(result.seeds()).isEqualTo(SEEDS);
    Coverage coverage = result.coverage();
    for (String point : Scenario.serverPoints()) {
      assertThat(coverage.of("reached " + point)).as("reached " + point).isGreaterThan(MANY);
    }
    for (String point : Scenario.agentPoints()) {
      assertThat(coverage.of("killed at " + point)).as("killed at " + point).isPositive();
    }
    for (String fault :
        List.of(
            "KillServer",
            "KillServerAt",
            "FailSync",
            "FillDisk",
            "PauseServer",
            "StepClock",
            "KillAgent",
            "KillAgentAt",
            "RebootNode",
            "LoseNode",
            "CutNode",
            "Weather")) {
      assertThat(coverage.of("injected " + fault)).as(fault).isGreaterThan(MANY);
    }
    assertThat(coverage.of("fact JobPromised")).isPositive();
    assertThat(coverage.of("kill PREEMPTED")).isPositive();
    assertThat(coverage.of("kill PREEMPTED_REQUEUED")).isPositive();
    assertThat(coverage.of("stop for another")).isPositive();
    assertThat(coverage.of("stop for another on several nodes")).isPositive();
    assertThat(coverage.of("reply SubmitJob BUSY")).isPositive();
    assertThat(coverage.of("reply SubmitJob DISK_FULL")).isPositive();
    assertThat(coverage.of("fault FENCED")).isPositive();
  }
}
