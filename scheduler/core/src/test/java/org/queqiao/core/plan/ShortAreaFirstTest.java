package org.queqiao.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Two hours for each doubling of the area, and never more than the area explains. */
final class ShortAreaFirstTest {
  private static final long TWO_HOURS = 7_200;
  private static final ShortAreaFirst POLICY = ShortAreaFirst.inSeconds(1);

  private static long key(long submit, long cores, long believed) {
    return POLICY.key(new PlanJob(1, 1, Demand.ofCores(cores), submit, 90_000, believed), submit);
  }

  @Test
  void eachDoublingPutsAJobBackByTwoHours() {
    assertThat(key(0, 1, 128) - key(0, 1, 64)).isEqualTo(TWO_HOURS);
    assertThat(key(0, 64, 64) - key(0, 1, 64)).isEqualTo(6 * TWO_HOURS);
    assertThat(key(0, 2, 64)).isEqualTo(key(0, 1, 128));
  }

  @Test
  void jobsOfOneSizeKeepTheirOrder() {
    assertThat(key(11, 16, 3_600)).isEqualTo(key(10, 16, 3_600) + 1);
  }

  @Test
  void aVeryShortJobCountsAsTenSeconds() {
    assertThat(key(0, 1, 1)).isEqualTo(key(0, 1, 10)).isLessThan(key(0, 1, 11));
  }

  @Test
  void aLargerAreaIsNeverBeforeASmallerOneOfTheSameTime() {
    long seed = 4;
    Random random = new Random(seed);
    for (int i = 0; i < 10_000; i++) {
      long cores = 1 + random.nextInt(2_000_000);
      long believed = 10 + random.nextInt(80_000);
      assertThat(key(0, cores, believed + 1))
          .as("seed %d, %d cores, %d s", seed, cores, believed)
          .isGreaterThanOrEqualTo(key(0, cores, believed));
      assertThat(key(0, cores + 1, believed)).isGreaterThanOrEqualTo(key(0, cores, believed));
    }
  }

  @Test
  void nobodyIsPassedInTurnByWhoComesLaterThanItsSizeExplains() {
    long largest = key(0, 1_280_000, 90_000);
    long smallest = key(0, 1, 1);
    assertThat(key(largest - smallest + 1, 1, 1)).isGreaterThan(largest);
    assertThat(largest - smallest).as("the most a job is put back").isLessThan(44 * 3_600);
  }

  @Test
  void whatIsLargerThanTwentyTwoDoublingsIsPutBackByNoMore() {
    assertThat(key(0, 1 << 16, 64)).isEqualTo(22 * TWO_HOURS);
    assertThat(key(0, 1 << 15, 64)).isEqualTo(21 * TWO_HOURS);
    assertThat(key(0, 1_280_000, 90_000)).isEqualTo(22 * TWO_HOURS);
  }

  @Test
  void aTrialGoesAheadByADay() {
    PlanJob job = new PlanJob(1, 1, Demand.ofCores(4), 1_000_000, 3_600, 60);
    long before = POLICY.key(job, 0);
    job.makeTrial();
    assertThat(POLICY.key(job, 0)).isEqualTo(before - 86_400);
  }
}
