package org.queqiao.core.plan;

/**
 * The default. The queue goes by submission, but each doubling of the area (cores times believed
 * run time) that a job is believed to need puts it back by two hours: a job of a minute on one core
 * passes jobs of a day on a thousand cores that were submitted up to 41 hours before it, and two
 * jobs of one size never pass each other. Slowdown is a ratio, hence the logarithm.
 *
 * <p>The first job that does not fit is promised a start and stays first until then. Behind it, in
 * the same order, whatever fits starts if it is believed to leave the promised job its start, and
 * if it certainly leaves the job the start, or at most an hour more, that it was promised on
 * declared limits.
 *
 * <p>A job always wins in the end: whoever is submitted later than its size can put it back comes
 * after it.
 */
public final class ShortAreaFirst implements PlanPolicy {
  private static final long PUT_BACK_S = 7_200;
  private static final long TOLERATED_DELAY_S = 3_600;
  private static final long TRIAL_AHEAD_S = 86_400;

  /** What is shorter than this counts as this long: start-up, not work. */
  private static final long SHORTEST_S = 10;

  private static final int FRACTION_BITS = 20;

  private final long unitsPerSecond;

  private ShortAreaFirst(long unitsPerSecond) {
    this.unitsPerSecond = unitsPerSecond;
  }

  /** For a replay. */
  public static ShortAreaFirst inSeconds() {
    return new ShortAreaFirst(1);
  }

  /** For a live machine. */
  public static ShortAreaFirst inMillis() {
    return new ShortAreaFirst(1_000);
  }

  @Override
  public String policyName() {
    return "default";
  }

  @Override
  public int reservations() {
    return 1;
  }

  @Override
  public boolean backfills() {
    return true;
  }

  @Override
  public boolean protects(PlanJob job, long now) {
    return true;
  }

  @Override
  public KeyRule keyRule() {
    return KeyRule.FIXED;
  }

  @Override
  public boolean takesTurnsByKey() {
    return true;
  }

  @Override
  public boolean keepsPromisesOnLimits() {
    return true;
  }

  @Override
  public long toleratedDelay() {
    return TOLERATED_DELAY_S * unitsPerSecond;
  }

  @Override
  public long key(PlanJob job, long now) {
    long shortest = Math.min(SHORTEST_S * unitsPerSecond, job.limit());
    long area = Math.max(job.believed(), shortest) * Math.max(job.demand().totalCores(), 1);
    long ahead = job.isTrial() ? TRIAL_AHEAD_S * unitsPerSecond : 0;
    return job.submit() + putBack(area) - ahead;
  }

  /** The logarithm to base 2, linear between powers of 2, times two hours. */
  private long putBack(long area) {
    long putBack = PUT_BACK_S * unitsPerSecond;
    int doublings = Long.SIZE - 1 - Long.numberOfLeadingZeros(area);
    long rest = area - (1L << doublings);
    long fraction =
        doublings > FRACTION_BITS
            ? rest >> (doublings - FRACTION_BITS)
            : rest << (FRACTION_BITS - doublings);
    return doublings * putBack + (fraction * putBack >> FRACTION_BITS);
  }
}
