package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class PaceTest {
  private static final int PARTS = 4;

  private long nowNanos;
  private long decided;
  private long pausedNanos;
  private final Pace pace =
      new Pace(
          () -> decided,
          () -> nowNanos,
          nanos -> {
            pausedNanos += nanos;
            nowNanos += nanos;
          },
          PARTS);

  @Test
  void workBesideABusyMachineTakesAQuarterOfTheTime() {
    long workedNanos = 0;
    for (int i = 0; i < 1_000; i++) {
      nowNanos += 700_000;
      workedNanos += 700_000;
      decided++;
      pace.step();
    }
    assertThat(workedNanos).isBetween(nowNanos / PARTS, nowNanos / PARTS + 2_100_000);
  }

  @Test
  void workBesideAMachineThatHasNothingToDoDoesNotPause() {
    for (int i = 0; i < 1_000; i++) {
      nowNanos += 700_000;
      pace.step();
    }
    assertThat(pausedNanos).isZero();
  }

  @Test
  void noPauseIsLongerThanHalfASecond() {
    nowNanos += 10_000_000_000L;
    decided++;
    pace.step();
    assertThat(pausedNanos).isEqualTo(500_000_000);
  }
}
