package org.queqiao.simulator.world;

import org.queqiao.runtime.TimeSource;

/** The clocks of one simulated host: the wall clock can be stepped, the monotonic one cannot. */
public final class HostClock implements TimeSource {
  /** Where the wall clocks stand when a simulation begins: 2026-03-01T00:00:00Z. */
  public static final long EPOCH_MS = 1_772_323_200_000L;

  private static final long NANOS_PER_MS = 1_000_000;

  private final Timeline timeline;
  private long offsetMs;

  public HostClock(Timeline timeline, long offsetMs) {
    this.timeline = timeline;
    this.offsetMs = offsetMs;
  }

  /** Steps the wall clock. */
  public void step(long deltaMs) {
    offsetMs += deltaMs;
  }

  @Override
  public long wallMs() {
    return EPOCH_MS + timeline.nowMs() + offsetMs;
  }

  @Override
  public long monotonicNanos() {
    return timeline.nowMs() * NANOS_PER_MS;
  }
}
