package org.queqiao.core.forecast;

import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.SchedulerMachine;

/**
 * Forecasts the start of a job: runs the machine forward many times, each time with other run times
 * drawn from what was learnt, and looks where the starts lie. The seed is made of the log position
 * and the job, so the same state at the same time gives the same forecast.
 */
public final class Forecaster {
  /** With fewer samples nothing is said. */
  public static final int FEWEST_SAMPLES = 10;

  private static final long DAY_MS = 86_400_000;
  private static final long HORIZON_MS = 60 * DAY_MS;

  private final ClusterImage image;
  private final long nowMs;
  private final BooleanSupplier stop;
  private long stepsLeft;

  /**
   * A forecaster of one state.
   *
   * @param image without what has ended, so that a copy costs little
   * @param mostSteps how many steps all samples may take together
   */
  public Forecaster(ClusterImage image, long nowMs, long mostSteps, BooleanSupplier stop) {
    this.image = image;
    this.nowMs = nowMs;
    this.stop = stop;
    this.stepsLeft = mostSteps;
  }

  /**
   * Forecasts. The futures are drawn first; what work is left then goes to the start by limits.
   *
   * @param job one that waits
   * @param samples how many futures to draw
   */
  public Forecast forecast(JobId job, RunTimeRatios learnt, int samples) {
    // A series of reservations gives the machine something to do for ever: no future falls quiet.
    if (SchedulerMachine.from(image).state().waitForSomebody().contains(job)) {
      return Forecast.WITHOUT_A_START;
    }
    long[] starts = new long[samples];
    int drawn = 0;
    int never = 0;
    int wanted = learnt.known() ? samples : 0;
    long seed = SampledRunTimes.mix(image.position()) ^ SampledRunTimes.mix(job.value() << 20);
    EndGrid grid = new EndGrid(nowMs);
    while (drawn < wanted && stepsLeft > 0 && !stop.getAsBoolean()) {
      ForwardOutcome outcome = run(new SampledRunTimes(learnt, seed + drawn, grid), job);
      if (outcome.end() == ForwardOutcome.End.QUIET) {
        return Forecast.WITHOUT_A_START;
      }
      if (outcome.end() == ForwardOutcome.End.SPENT) {
        break;
      }
      long start = outcome.starts().getOrDefault(job, Long.MAX_VALUE);
      never += start == Long.MAX_VALUE ? 1 : 0;
      starts[drawn++] = start;
    }
    ForwardOutcome declared = run(RunTimes.DECLARED, job);
    if (declared.end() == ForwardOutcome.End.QUIET) {
      return Forecast.WITHOUT_A_START;
    }
    long startsByMs = declared.starts().getOrDefault(job, 0L);
    if (wanted == 0 && startsByMs != 0) {
      return new Forecast(
          startsByMs, startsByMs, startsByMs, startsByMs, 1, 0, 0, Forecast.Ended.COMPLETE);
    }
    Forecast.Ended ended = drawn == samples ? Forecast.Ended.COMPLETE : Forecast.Ended.SPENT;
    if (drawn < FEWEST_SAMPLES) {
      return new Forecast(0, 0, 0, startsByMs, drawn, never, learnt.runs(), ended);
    }
    long[] sorted = Arrays.copyOf(starts, drawn);
    Arrays.sort(sorted);
    return new Forecast(
        at(sorted, 10),
        at(sorted, 50),
        at(sorted, 90),
        startsByMs,
        drawn,
        never,
        learnt.runs(),
        ended);
  }

  /** The sample that so many in a hundred do not exceed (nearest rank); 0 beyond the horizon. */
  private static long at(long[] sorted, int percent) {
    long start = sorted[Math.ceilDiv(sorted.length * percent, 100) - 1];
    return start == Long.MAX_VALUE ? 0 : start;
  }

  private ForwardOutcome run(RunTimes runTimes, JobId job) {
    ForwardOutcome outcome =
        new ForwardRun(image, runTimes, nowMs)
            .run(List.of(job), new ForwardRun.Bounds(nowMs + HORIZON_MS, stepsLeft, stop));
    stepsLeft -= outcome.steps();
    return outcome;
  }
}
