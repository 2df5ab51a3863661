package org.queqiao.core.forecast;

import org.queqiao.contract.snapshot.ClusterImage;

/**
 * Run times drawn from what was learnt: one draw for each run, by its job, its attempt and the
 * seed, whatever the order in which they are asked for; and one for its leaving, if it makes room.
 * A run that goes on already lasts longer than it has.
 */
public final class SampledRunTimes implements RunTimes {
  private static final long LEAVING = 0x6C656176652E2E2EL;

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
    long runMs = learnt.draw(job.user(), limitMs, beyondMs, bits(job));
    return grid == null ? runMs : grid.near(startMs + runMs, nowMs, startMs + limitMs) - startMs;
  }

  @Override
  public long leavingMs(ClusterImage.JobImage job, long sinceMs) {
    // Other bits than those that say how long it would have lasted.
    long bits = mix(bits(job) ^ LEAVING);
    return learnt.leaving().draw(job.user(), job.preemption().killGraceMs(), sinceMs, bits);
  }

  private long bits(ClusterImage.JobImage job) {
    return mix(mix(seed ^ mix(job.id().value())) + job.attempt());
  }

  /** The finaliser of SplitMix64 (Steele, Lea and Flood, 2014). */
  static long mix(long value) {
    long z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
