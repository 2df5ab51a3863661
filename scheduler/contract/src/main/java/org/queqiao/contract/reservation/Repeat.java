package org.queqiao.contract.reservation;

/** How often a reservation comes again. Days and weeks are whole multiples of 24 hours (UTC). */
public enum Repeat {
  ONCE(0),
  DAILY(86_400_000L),
  WEEKLY(7 * 86_400_000L);

  private final long periodMs;

  Repeat(long periodMs) {
    this.periodMs = periodMs;
  }

  /** From one start to the next in milliseconds; 0 for one that does not come again. */
  public long periodMs() {
    return periodMs;
  }
}
