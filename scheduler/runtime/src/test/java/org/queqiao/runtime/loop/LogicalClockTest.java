package org.queqiao.runtime.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.queqiao.runtime.ManualTime;

final class LogicalClockTest {
  private static final long HOUR_MS = 3_600_000;

  private final ManualTime time = new ManualTime();

  @Test
  void itStartsAtTheLaterOfLogAndWallClock() {
    long wallMs = time.wallMs();
    assertThat(new LogicalClock(time, 0).nowMs()).isEqualTo(wallMs);
    assertThat(new LogicalClock(time, wallMs + HOUR_MS).nowMs()).isEqualTo(wallMs + HOUR_MS);
  }

  @Test
  void aStepOfTheWallClockIsTakenInSlowlyAndNeverBackwards() {
    LogicalClock clock = new LogicalClock(time, 0);
    long begunMs = clock.nowMs();
    time.stepWallMs(HOUR_MS);
    time.advanceMs(200_000);
    assertThat(clock.nowMs()).isEqualTo(begunMs + 201_000);
    time.stepWallMs(-2 * HOUR_MS);
    time.advanceMs(200_000);
    assertThat(clock.nowMs()).isEqualTo(begunMs + 400_000);
    assertThat(clock.offsetMs()).isEqualTo(-HOUR_MS);
  }

  @Test
  void itMeetsTheWallClockInTheEndAndStaysWithIt() {
    LogicalClock clock = new LogicalClock(time, 0);
    time.stepWallMs(60_000);
    for (int i = 0; i < 20_000; i++) {
      time.advanceMs(1_000);
      clock.nowMs();
    }
    assertThat(clock.offsetMs()).isZero();
  }

  @Test
  void shortStepsAddUpLikeLongOnes() {
    LogicalClock clock = new LogicalClock(time, 0);
    long begunMs = clock.nowMs();
    for (int i = 0; i < 100_000; i++) {
      time.advanceMs(1);
      clock.nowMs();
    }
    assertThat(clock.nowMs()).isEqualTo(begunMs + 100_000);
  }

  @Test
  void whateverTheWallClockDoesItNeverFallsAndKeepsItsRate() {
    SplittableRandom random = new SplittableRandom(1);
    LogicalClock clock = new LogicalClock(time, 0);
    long beforeMs = clock.nowMs();
    for (int i = 0; i < 10_000; i++) {
      time.stepWallMs(random.nextLong(-10 * HOUR_MS, 10 * HOUR_MS));
      long passedMs = random.nextInt(5_000);
      time.advanceMs(passedMs);
      long nowMs = clock.nowMs();
      assertThat(nowMs - beforeMs).isBetween(passedMs * 199 / 200 - 1, passedMs * 201 / 200 + 1);
      beforeMs = nowMs;
    }
  }
}
