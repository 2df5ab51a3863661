package org.queqiao.contract.event;

/**
 * Bounds of the site on every job.
 *
 * @param maxAttempts a job that was started so often and waits again is held
 * @param billsSuspendedTime whether the cores of a suspended run are billed; it keeps them
 */
public record JobPolicyDefined(int maxAttempts, boolean billsSuspendedTime) implements Event {
  /** What holds until the site says otherwise: a first start and five more. */
  public static final JobPolicyDefined DEFAULT = new JobPolicyDefined(6);

  /** Suspended time is not billed, as in Slurm. */
  public JobPolicyDefined(int maxAttempts) {
    this(maxAttempts, false);
  }
}
