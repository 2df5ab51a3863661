package org.queqiao.contract.event;

/**
 * By which policy the site plans who starts.
 *
 * @param policy its public name
 * @param reservations how many waiting jobs are promised a start, where the policy does not fix
 *     that
 */
public record SchedulingDefined(String policy, int reservations) implements Event {
  /** The policy that promises every waiting job a start. */
  public static final String CONSERVATIVE = "conservative";

  /** What holds until the site says otherwise. */
  public static final SchedulingDefined DEFAULT = new SchedulingDefined("default", 1);

  /** Whether every waiting job is promised a start, which is stated. */
  public boolean promisesAll() {
    return policy.equals(CONSERVATIVE);
  }
}
