package org.queqiao.contract.event;

/**
 * Bounds of the site on every job.
 *
 * @param maxAttempts a job that was started so often and waits again is held
 */
public record JobPolicyDefined(int maxAttempts) implements Event {
  /** What holds until the site says otherwise: a first start and five more. */
  public static final JobPolicyDefined DEFAULT = new JobPolicyDefined(6);
}
