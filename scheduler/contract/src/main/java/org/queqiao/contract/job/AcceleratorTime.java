package org.queqiao.contract.job;

/**
 * The time of the accelerators of a run, each counted by itself, in milliseconds. No sum of them is
 * more than {@link #MAX_MS}.
 *
 * @param measuredMs for which it is known how busy they were
 * @param idleMs of that, for which they were less busy than {@link #IDLE_BELOW_MILLI}
 */
public record AcceleratorTime(long measuredMs, long idleMs) {
  /** Nothing was measured. */
  public static final AcceleratorTime NONE = new AcceleratorTime(0, 0);

  /** An accelerator that is less busy than so many thousandths is idle. */
  public static final long IDLE_BELOW_MILLI = 50;

  private static final long MAX_MS = Long.MAX_VALUE / 4;

  /**
   * At most so much: what a node says is not believed further.
   *
   * @param mostMs of both
   */
  public AcceleratorTime within(long mostMs) {
    long measured = Math.clamp(measuredMs, 0, mostMs);
    return new AcceleratorTime(measured, Math.clamp(idleMs, 0, measured));
  }

  /** That of two parts of a run. */
  public AcceleratorTime plus(AcceleratorTime other) {
    AcceleratorTime one = within(MAX_MS);
    AcceleratorTime two = other.within(MAX_MS);
    return new AcceleratorTime(one.measuredMs + two.measuredMs, one.idleMs + two.idleMs)
        .within(MAX_MS);
  }

  /** Whether nothing is known. */
  public boolean isNone() {
    return measuredMs == 0 && idleMs == 0;
  }
}
