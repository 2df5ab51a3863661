package org.queqiao.core.message;

import org.queqiao.contract.job.WarningSignal;

/**
 * The part of a submission that says when the job may start and by when it must have ended. What is
 * null is not said.
 *
 * @param beginMs it does not start before
 * @param deadlineMs it ends by then, or not at all
 * @param nice how much it is put back in the queue
 * @param dependency conditions on other jobs, as Slurm writes them: {@code
 *     afterok:12:13,after:9+10}
 * @param killOnInvalidDependency whether it is cancelled once its dependency can never be met
 * @param requeue whether it waits again when it loses its node; by default it does
 * @param signal what its runs get some time before they must end
 */
public record TermsRequest(
    Long beginMs,
    Long deadlineMs,
    Integer nice,
    String dependency,
    Boolean killOnInvalidDependency,
    Boolean requeue,
    WarningSignal signal) {
  /** Says nothing. */
  public static final TermsRequest NONE =
      new TermsRequest(null, null, null, null, null, null, null);

  public TermsRequest withBeginMs(long value) {
    return new TermsRequest(
        value, deadlineMs, nice, dependency, killOnInvalidDependency, requeue, signal);
  }

  public TermsRequest withDeadlineMs(long value) {
    return new TermsRequest(
        beginMs, value, nice, dependency, killOnInvalidDependency, requeue, signal);
  }

  public TermsRequest withNice(int value) {
    return new TermsRequest(
        beginMs, deadlineMs, value, dependency, killOnInvalidDependency, requeue, signal);
  }

  public TermsRequest withDependency(String value) {
    return new TermsRequest(
        beginMs, deadlineMs, nice, value, killOnInvalidDependency, requeue, signal);
  }

  public TermsRequest withKillOnInvalidDependency(boolean value) {
    return new TermsRequest(beginMs, deadlineMs, nice, dependency, value, requeue, signal);
  }

  public TermsRequest withRequeue(boolean value) {
    return new TermsRequest(
        beginMs, deadlineMs, nice, dependency, killOnInvalidDependency, value, signal);
  }

  public TermsRequest withSignal(WarningSignal value) {
    return new TermsRequest(
        beginMs, deadlineMs, nice, dependency, killOnInvalidDependency, requeue, value);
  }
}
