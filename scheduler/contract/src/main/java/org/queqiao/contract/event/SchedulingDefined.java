package org.queqiao.contract.event;

/**
 * By which policy the site plans who starts.
 *
 * @param policy its public name
 * @param reservations how many waiting jobs are promised a start, where the policy does not fix
 *     that
 */
public record SchedulingDefined(String policy, int reservations) implements Event {
  /** What holds until the site says otherwise. */
  public static final SchedulingDefined DEFAULT = new SchedulingDefined("default", 1);
}
