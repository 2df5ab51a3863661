package org.queqiao.contract.job;

/**
 * An operator told a run to end.
 *
 * @param cause for what
 * @param by who it was
 * @param reason why, in their words; empty when they did not say
 */
public record OperatorEnd(OperatorCause cause, String by, String reason) {
  /**
   * Who ends a run that is told to end. The first one stays: a run that an operator ends to run
   * again and somebody then cancels has ended for what the operator said.
   *
   * @param before who ended it until then, or null
   * @param cause what the fact says
   * @param by who caused the fact
   * @param reason why, in their words
   */
  public static OperatorEnd told(
      OperatorEnd before, OperatorCause cause, String by, String reason) {
    return before != null || cause == null ? before : new OperatorEnd(cause, by, reason);
  }

  /** Who ended it and why, in words. */
  public String detail() {
    return "ended by administrator "
        + by
        + (cause == OperatorCause.PLATFORM_FAULT ? " for a fault of the platform" : "")
        + (reason.isEmpty() ? "" : ": " + reason);
  }
}
