package org.queqiao.core.plan;

/**
 * The default on a live cluster: what {@link ShortAreaFirst} does in a replay, where the order
 * comes from outside: the weights of the site are the law, and among equals the smaller area is
 * first (see {@code core.priority}). A promise is made on what is believed and on declared limits;
 * on these the only one is kept within an hour, several exactly.
 *
 * @param reservations how many are promised a start
 */
record SoftPromises(int reservations) implements PlanPolicy {
  private static final long TOLERATED_DELAY_MS = ShortAreaFirst.TOLERATED_DELAY_S * 1_000;

  @Override
  public String policyName() {
    return PlanPolicies.DEFAULT;
  }

  @Override
  public boolean keepsPromisesOnLimits() {
    return true;
  }

  @Override
  public long toleratedDelay() {
    return TOLERATED_DELAY_MS;
  }
}
