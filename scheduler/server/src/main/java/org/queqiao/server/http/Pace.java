package org.queqiao.server.http;

import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Lets long work give way to what is asked of the machine meanwhile: after each slice in which the
 * machine decided something it pauses as long as makes the slice its part of the time. While nobody
 * else needs the machine it does not pause. Each piece of work has one of its own.
 *
 * <pre>
 *   busy   |work|......pause......|work|......pause......|
 *   idle   |work|work|work|work|work|
 * </pre>
 */
final class Pace {
  private static final long SLICE_NANOS = 1_000_000;

  /** However long a slice was, so that an answer is not put off without end. */
  private static final long LONGEST_PAUSE_NANOS = 500_000_000;

  private final LongSupplier decided;
  private final LongSupplier nanos;
  private final LongConsumer pause;
  private final int partOfTime;
  private long seen;
  private long begunNanos;

  /**
   * Begins a slice.
   *
   * @param decided how many inputs the machine has decided so far
   * @param nanos a clock that never goes back
   * @param pause waits for so many nanoseconds, or less when it is interrupted
   * @param partOfTime of the time of one processor the work takes at most one part of so many
   */
  Pace(LongSupplier decided, LongSupplier nanos, LongConsumer pause, int partOfTime) {
    this.decided = decided;
    this.nanos = nanos;
    this.pause = pause;
    this.partOfTime = partOfTime;
    this.seen = decided.getAsLong();
    this.begunNanos = nanos.getAsLong();
  }

  /** To be called again and again by the work. */
  void step() {
    long workedNanos = nanos.getAsLong() - begunNanos;
    if (workedNanos < SLICE_NANOS) {
      return;
    }
    long now = decided.getAsLong();
    if (now != seen) {
      pause.accept(Math.min(workedNanos * (partOfTime - 1), LONGEST_PAUSE_NANOS));
    }
    seen = decided.getAsLong();
    begunNanos = nanos.getAsLong();
  }
}
