package org.queqiao.core.forecast;

import org.queqiao.contract.snapshot.ClusterImage;

/**
 * Run times drawn from what was learnt: one draw for each run, by its job, its attempt and the
 * seed, whatever the order in which they are asked for. A run that goes on already lasts longer
 * than it has.
 */
public final class SampledRunTimes implements RunTimes {
  private final RunTimeRatios learnt;
  private final long seed;
  private final EndGrid grid;

  /** Runs that end whenever they do. */
  public SampledRunTimes(RunTimeRatios learnt, long seed) {
    this(learnt, seed, null);
  }

  /** Runs that end at the moments of a grid, or at their limits. */
  SampledRunTimes(RunTimeRatios learnt, long seed, EndGrid grid) {
    this.learnt = learnt;
    this.seed = seed;
    this.grid = grid;
  }

  @Override
  public long runMs(ClusterImage.JobImage job, long nowMs) {
    long limitMs = job.spec().limitMs();
    long startMs = job.startMs() + job.suspendedMs(nowMs);
    long beyondMs = Math.max(0, nowMs - startMs);
    long bits = mix(mix(seed ^ mix(job.id().value())) + job.attempt());
    long runMs = learnt.draw(job.user(), limitMs, beyondMs, bits);
    return grid == null ? runMs : grid.near(startMs + runMs, nowMs, startMs + limitMs) - startMs;
  }

  /** The finaliser of SplitMix64 (Steele, Lea and Flood, 2014). */
  static long mix(long value) {
    long z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
