package org.queqiao.contract.event;

import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.OperatorCause;

/**
 * A run is being ended.
 *
 * @param run which run
 * @param cause why
 * @param preemptor the job that it makes room for, or null
 * @param graceMs between TERM and KILL; 0 for as long as for any other
 * @param claims for how many starts of that job room is made at once: 1, or of an array that of so
 *     many tasks
 * @param operator what an operator ends it for; null where none does, and in older logs
 */
public record JobKillRequested(
    RunId run, KillCause cause, JobId preemptor, int graceMs, int claims, OperatorCause operator)
    implements Event {
  /** A run that makes room for no job in particular. */
  public JobKillRequested(RunId run, KillCause cause) {
    this(run, cause, null);
  }

  /** A run that somebody ends. */
  public JobKillRequested(RunId run, KillCause cause, OperatorCause operator) {
    this(run, cause, null, 0, 0, operator);
  }

  /** A run that makes room for a job. */
  public JobKillRequested(RunId run, KillCause cause, JobId preemptor, int graceMs, int claims) {
    this(run, cause, preemptor, graceMs, claims, null);
  }
}
