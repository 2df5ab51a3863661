package org.queqiao.contract.event;

import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;

/**
 * Somebody wants a run to stop where it is, or to go on.
 *
 * @param suspend true to stop, false to go on
 * @param preemptor the job that it makes room for, or null: then it keeps its cores
 * @param claims for how many starts of that job room is made at once: 1, or of an array that of so
 *     many tasks
 */
public record JobSuspendRequested(RunId run, boolean suspend, JobId preemptor, int claims)
    implements SuspensionEvent {
  /** A run that makes room for nobody. */
  public JobSuspendRequested(RunId run, boolean suspend) {
    this(run, suspend, null, 0);
  }
}
