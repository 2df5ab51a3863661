package org.queqiao.agent.jna;

/** The clock of the machine that only runs, also while it sleeps. */
public final class BootClock {
  /** {@code CLOCK_BOOTTIME} of Linux. */
  private static final int BOOTTIME = 7;

  private static final long NANOS_PER_MS = 1_000_000;

  private BootClock() {}

  /** Milliseconds since the kernel was started. */
  public static long nowMs() {
    long[] time = new long[2];
    LibC.clock_gettime(BOOTTIME, time);
    return Math.addExact(Math.multiplyExact(time[0], 1000L), time[1] / NANOS_PER_MS);
  }
}
