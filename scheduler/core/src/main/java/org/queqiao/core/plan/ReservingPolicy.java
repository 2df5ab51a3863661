package org.queqiao.core.plan;

/**
 * Promises the first of the queue their earliest starts and lets everything behind go before where
 * no promise is delayed.
 *
 * @param policyName how people name it
 * @param reservations how many are promised a start
 */
public record ReservingPolicy(String policyName, int reservations) implements PlanPolicy {
  /** As many as a queue may have. */
  public static final int MAX_RESERVATIONS = 1_000_000;

  public ReservingPolicy {
    if (reservations < 1 || reservations > MAX_RESERVATIONS) {
      throw new IllegalArgumentException("reservations from 1 to " + MAX_RESERVATIONS);
    }
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
    return KeyRule.NONE;
  }

  @Override
  public long key(PlanJob job, long now) {
    return 0;
  }
}
