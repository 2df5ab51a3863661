package org.queqiao.contract.event;

/**
 * Bounds of the site on every job.
 *
 * @param maxAttempts a job that was started so often and waits again is held
 * @param billsSuspendedTime whether the cores of a suspended run are billed; it keeps them
 * @param budgetGate whether a job of a project with a wallet waits until that can pay for it
 */
public record JobPolicyDefined(int maxAttempts, boolean billsSuspendedTime, boolean budgetGate)
    implements Event {
  /** What holds until the site says otherwise: a first start and five more, paid before. */
  public static final JobPolicyDefined DEFAULT = new JobPolicyDefined(6);

  /** Suspended time is not billed, as in Slurm. */
  public JobPolicyDefined(int maxAttempts) {
    this(maxAttempts, false);
  }

  /** With the gate for budgets. */
  public JobPolicyDefined(int maxAttempts, boolean billsSuspendedTime) {
    this(maxAttempts, billsSuspendedTime, true);
  }
}
