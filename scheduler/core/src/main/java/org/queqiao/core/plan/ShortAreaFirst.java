package org.queqiao.core.plan;

import org.queqiao.core.priority.ShortArea;

/**
 * The default, in a replay; on a live cluster {@link SoftPromises} does the same. The queue goes by
 * submission, but each doubling of the area (cores times believed run time) that a job is believed
 * to need puts it back by two hours, up to 44: a job of a minute on one core passes jobs of a day
 * on a thousand cores that were submitted up to 32 hours before it, and two jobs of one size never
 * pass each other. Slowdown is a ratio, hence the logarithm.
 *
 * <p>The first job that does not fit is promised a start and stays first until then. Behind it, in
 * the same order, whatever fits starts if it is believed to leave the promised job its start, and
 * if it certainly leaves the job the start, or at most an hour more, that it was promised on
 * declared limits or that they give it now, if that is earlier.
 *
 * <p>A job always wins in the end: whoever is submitted later than its size can put it back comes
 * after it.
 *
 * @param reservations how many are promised a start, on what is believed and on declared limits; on
 *     these more than one are kept to the second
 */
public record ShortAreaFirst(int reservations) implements PlanPolicy {
  /**
   * How much later than promised on declared limits a job may start because of what is believed.
   */
  static final long TOLERATED_DELAY_S = 3_600;

  public ShortAreaFirst {
    if (reservations < 1 || reservations > PlanPolicies.MAX_RESERVATIONS) {
      throw new IllegalArgumentException("reservations from 1 to " + PlanPolicies.MAX_RESERVATIONS);
    }
  }

  /** For a replay, whose times are seconds. */
  public static ShortAreaFirst inSeconds(int reservations) {
    return new ShortAreaFirst(reservations);
  }

  @Override
  public String policyName() {
    return "default";
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
    return TOLERATED_DELAY_S;
  }

  @Override
  public long key(PlanJob job, long now) {
    return ShortArea.place(
        job.submit(), job.believed(), job.limit(), job.demand().totalCores(), job.isTrial(), 1);
  }
}
