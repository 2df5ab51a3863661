package org.queqiao.contract.event;

import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.KillCause;

/**
 * A run is being ended.
 *
 * @param run which run
 * @param cause why
 * @param preemptor the job that it makes room for, or null
 * @param graceMs between TERM and KILL; 0 for as long as for any other
 * @param claims for how many starts of that job room is made at once: 1, or of an array that of so
 *     many tasks
 */
public record JobKillRequested(RunId run, KillCause cause, JobId preemptor, int graceMs, int claims)
    implements Event {
  /** A run that makes room for no job in particular. */
  public JobKillRequested(RunId run, KillCause cause) {
    this(run, cause, null, 0, 0);
  }
}
