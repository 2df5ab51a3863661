package org.queqiao.runtime;

/** Clocks that stand still until a test moves them. */
public final class ManualTime implements TimeSource {
  private long wallMs = 1_772_323_200_000L;
  private long monotonicNanos;

  /** Lets both clocks run. */
  public void advanceMs(long ms) {
    wallMs += ms;
    monotonicNanos += ms * 1_000_000;
  }

  /** Steps the wall clock alone. */
  public void stepWallMs(long ms) {
    wallMs += ms;
  }

  @Override
  public long wallMs() {
    return wallMs;
  }

  @Override
  public long monotonicNanos() {
    return monotonicNanos;
  }
}
