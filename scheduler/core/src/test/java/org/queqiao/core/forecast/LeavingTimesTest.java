package org.queqiao.core.forecast;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.RunExit;

/** What is drawn of leaving runs, against what was told of others, whatever that was. */
final class LeavingTimesTest {
  private static final UserName ANN = new UserName("ann");
  private static final UserName BEN = new UserName("ben");
  private static final int DRAWS = 500;

  private static void left(LeavingTimes times, UserName user, long job, long tookMs, int graceMs) {
    RunId run = new RunId(new JobId(job), 1);
    times.learn(
        at(0, new JobKillRequested(run, KillCause.PREEMPTED, new JobId(1), graceMs, 1)), user);
    RunExit exit = new RunExit(run, RunExit.Kind.EXITED, 0, 0, 0, tookMs, 0, 0, 0, "");
    times.learn(
        at(tookMs, new JobEnded(run.job(), 1, JobState.PREEMPTED, tookMs, exit, false, "")), null);
  }

  private static LoggedEvent at(long ms, Event event) {
    return new LoggedEvent(1, 1, ms, Actor.SCHEDULER, event);
  }

  /** Never earlier than the soonest that is not over, by at most a half later; or the grace. */
  @Test
  void whatIsDrawnLiesBetweenTheSoonestAndTheGrace() {
    for (long seed = 0; seed < 200; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      LeavingTimes times = new LeavingTimes();
      long soonest = Long.MAX_VALUE;
      long latest = 0;
      int count = 3 + random.nextInt(10);
      for (int i = 0; i < count; i++) {
        long tookMs = 1 + random.nextLong(1L << random.nextInt(1, 18));
        left(times, ANN, 10 + i, tookMs, 1 << 20);
        soonest = Math.min(soonest, tookMs);
        latest = Math.max(latest, tookMs);
      }
      int graceMs = 1 + random.nextInt(1 << random.nextInt(1, 20));
      long sinceMs = random.nextLong(graceMs);
      for (int i = 0; i < DRAWS; i++) {
        UserName user = random.nextBoolean() ? ANN : BEN;
        long drawn = times.draw(user, graceMs, sinceMs, random.nextLong());
        assertThat(drawn).as("seed %d", seed).isGreaterThan(sinceMs).isLessThanOrEqualTo(graceMs);
        assertThat(drawn).as("seed %d", seed).isGreaterThanOrEqualTo(Math.min(soonest, graceMs));
        if (sinceMs < soonest) {
          assertThat(drawn).as("seed %d", seed).isLessThanOrEqualTo(Math.max(100, latest * 2));
        }
      }
    }
  }

  @Test
  void eachIsDrawnAsOftenAsItWas() {
    LeavingTimes times = new LeavingTimes();
    for (int i = 0; i < 40; i++) {
      left(times, ANN, 10 + i, i < 30 ? 280 : 9_000, 5_000);
    }
    SplittableRandom random = new SplittableRandom(1);
    int soon = 0;
    for (int i = 0; i < 10_000; i++) {
      long drawn = times.draw(ANN, 60_000, 0, random.nextLong());
      assertThat(drawn).isIn(300L, 60_000L);
      soon += drawn == 300 ? 1 : 0;
    }
    assertThat(soon).as("three of four heard TERM").isBetween(7_300, 7_700);
  }

  @Test
  void aUserWhoHasEnoughIsNotTakenForTheOthers() {
    LeavingTimes times = new LeavingTimes();
    for (int i = 0; i < 3; i++) {
      left(times, ANN, 10 + i, 280, 5_000);
    }
    assertThat(times.draw(BEN, 60_000, 0, 7)).isEqualTo(300);
    for (int i = 0; i < 3; i++) {
      left(times, BEN, 20 + i, 5_000, 5_000);
    }
    for (long bits = 0; bits < 20; bits++) {
      assertThat(times.draw(BEN, 60_000, 0, bits)).isEqualTo(60_000);
      assertThat(times.draw(ANN, 60_000, 0, bits)).isEqualTo(300);
    }
  }
}
