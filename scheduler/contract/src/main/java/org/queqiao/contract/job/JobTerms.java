package org.queqiao.contract.job;

/**
 * When a job may start and by when it must have ended.
 *
 * @param beginMs it does not start before; 0 for none
 * @param deadlineMs it ends by then, or not at all; 0 for none
 * @param nice how much its owner puts it back in the queue; negative puts it forward
 * @param dependency conditions on other jobs
 * @param killOnInvalidDependency whether it is cancelled once its dependency can never be met; else
 *     it waits until somebody looks at it
 * @param requeue whether it waits again when it loses its node, and may be told to
 * @param signal what its runs get some time before they must end, or null
 */
public record JobTerms(
    long beginMs,
    long deadlineMs,
    int nice,
    DependencyRule dependency,
    boolean killOnInvalidDependency,
    boolean requeue,
    WarningSignal signal) {
  /** Terms without a warning signal. */
  public JobTerms(
      long beginMs,
      long deadlineMs,
      int nice,
      DependencyRule dependency,
      boolean killOnInvalidDependency,
      boolean requeue) {
    this(beginMs, deadlineMs, nice, dependency, killOnInvalidDependency, requeue, null);
  }

  /** What holds for a job that says nothing of this. */
  public static final JobTerms DEFAULT = new JobTerms(0, 0, 0, DependencyRule.NONE, false, true);

  /** Whether anything but the queue keeps it from starting at once. */
  public boolean delays() {
    return beginMs != 0 || !dependency.isEmpty();
  }
}
