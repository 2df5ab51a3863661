package org.queqiao.agent.slurm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** How far the clock of slurmctld is away. */
final class ClockSkewTest {
  private static final long HERE_S = 1_700_000_000;
  private static final long HERE_MS = HERE_S * 1_000;

  @Test
  void whatCannotBeMeasuredIsNoDifference() {
    for (long theirS = HERE_S - 2; theirS <= HERE_S + 1; theirS++) {
      assertThat(new ClockSkew().measure(theirS, HERE_MS, HERE_MS)).as("at " + theirS).isZero();
    }
    // Nor what is within the time that the answer took.
    assertThat(new ClockSkew().measure(HERE_S + 6, HERE_MS, HERE_MS + 20_000)).isZero();
  }

  @Test
  void aDifferenceIsMeasuredToHalfASecond() {
    for (long aheadS : new long[] {-86_400, -90, -3, 3, 90, 86_400}) {
      assertThat(new ClockSkew().measure(HERE_S + aheadS, HERE_MS, HERE_MS + 10))
          .isCloseTo(aheadS * 1_000, within(510L));
    }
  }
}
