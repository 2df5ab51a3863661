package org.queqiao.simulator.replay;

import org.queqiao.core.plan.PlanPolicy;
import org.queqiao.core.predict.Correction;

/**
 * How to replay.
 *
 * @param policy who waits for whom
 * @param estimates which run times are believed
 * @param correction what is believed of a job that runs longer than that
 * @param passes when to plan
 */
public record ReplaySettings(
    PlanPolicy policy, Estimates estimates, Correction correction, PassRule passes) {
  /**
   * Settings that a replay can follow; {@link ReplayOptions} says it to those who ask otherwise.
   */
  public ReplaySettings {
    if (passes == PassRule.EVENT && policy.plansAtSubmission()) {
      throw new IllegalArgumentException(policy.policyName() + " is planned once for each second");
    }
  }

  /** Whether the engine learns run times by itself. */
  boolean learns() {
    return estimates == Estimates.LEARNT;
  }
}
