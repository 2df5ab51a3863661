package org.queqiao.core.plan;

import org.queqiao.contract.event.SchedulingDefined;

/**
 * What {@link KnownPolicy#CONSERVATIVE} is on a live cluster: each job is promised a start as soon
 * as it may start at all, which is stated, and only moves up.
 */
record KeptPlan() implements PlanPolicy {
  /**
   * So many of the queue have a start at a time, and the rest waits its turn: each pass holds room
   * for all of them, and one may move them all.
   */
  private static final int MOST = 10_000;

  @Override
  public String policyName() {
    return SchedulingDefined.CONSERVATIVE;
  }

  @Override
  public int reservations() {
    return MOST;
  }

  @Override
  public boolean keepsAllStarts() {
    return true;
  }
}
