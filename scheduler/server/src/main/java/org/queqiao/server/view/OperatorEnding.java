package org.queqiao.server.view;

import org.queqiao.contract.job.OperatorCause;

/**
 * That an operator told the latest run of a job to end.
 *
 * @param run which run it was
 * @param cause for what
 * @param by the account
 * @param atMs when it was told
 * @param reason why, in their words, or empty
 */
public record OperatorEnding(int run, OperatorCause cause, String by, long atMs, String reason) {
  /** Said before the view began to follow: the books know whether there is one. */
  static final OperatorEnding UNKNOWN =
      new OperatorEnding(0, OperatorCause.ADMINISTRATOR, "", 0, "");
}
