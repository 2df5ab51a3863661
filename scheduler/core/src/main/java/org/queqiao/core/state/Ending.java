package org.queqiao.core.state;

import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.OperatorCause;
import org.queqiao.contract.job.OperatorEnd;

/**
 * What a run is being ended for.
 *
 * @param cause null while it is not
 * @param operator who did that, or null for no operator
 */
public record Ending(KillCause cause, OperatorEnd operator) {
  static final Ending NONE = new Ending(null, null);

  /** What stays of it when the run is over: the fact of its end says who ended it. */
  Ending over() {
    return operator == null ? this : new Ending(cause, null);
  }

  /** What an operator ends it for; null for none. */
  public OperatorCause operatorCause() {
    return operator == null ? null : operator.cause();
  }
}
