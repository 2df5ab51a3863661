package org.queqiao.runtime.loop;

import org.queqiao.runtime.TimeSource;

/**
 * The time that facts carry. It never falls, runs with the monotonic clock, and is pulled towards
 * the wall clock slowly, so that a step of the wall clock neither ends all jobs at once nor makes a
 * run shorter than nothing.
 *
 * <pre>
 * start    max(last time in the log, wall clock)
 * later    previous + elapsed, and at most elapsed / 200 more or less towards the wall clock
 * </pre>
 */
public final class LogicalClock {
  /** A second of correction takes at least 200 seconds. */
  private static final long SLEW_DIVISOR = 200;

  private static final long NANOS_PER_MS = 1_000_000;

  private final TimeSource source;
  private long lastMonotonicNanos;

  /** Logical time in nanoseconds beyond {@code baseMs}; kept fine so that short steps add up. */
  private long elapsedNanos;

  private final long baseMs;

  public LogicalClock(TimeSource source, long lastLogicalMs) {
    this.source = source;
    this.baseMs = Math.max(lastLogicalMs, source.wallMs());
    this.lastMonotonicNanos = source.monotonicNanos();
  }

  /** The logical time now, in milliseconds; never less than before. */
  public long nowMs() {
    long monotonicNanos = source.monotonicNanos();
    long passed = Math.max(0, monotonicNanos - lastMonotonicNanos);
    lastMonotonicNanos = monotonicNanos;
    long slew = passed / SLEW_DIVISOR;
    long offsetMs = source.wallMs() - readMs(elapsedNanos + passed);
    if (offsetMs > 0) {
      passed += Math.min(slew, saturatedNanos(offsetMs));
    } else if (offsetMs < 0) {
      passed -= Math.min(slew, saturatedNanos(-offsetMs));
    }
    elapsedNanos = Math.addExact(elapsedNanos, passed);
    return readMs(elapsedNanos);
  }

  /** Wall clock minus logical time, in milliseconds, for people who watch. */
  public long offsetMs() {
    return source.wallMs() - readMs(elapsedNanos);
  }

  private long readMs(long nanos) {
    return baseMs + nanos / NANOS_PER_MS;
  }

  private static long saturatedNanos(long ms) {
    return ms > Long.MAX_VALUE / NANOS_PER_MS ? Long.MAX_VALUE : ms * NANOS_PER_MS;
  }
}
