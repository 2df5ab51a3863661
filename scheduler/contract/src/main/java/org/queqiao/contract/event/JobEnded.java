package org.queqiao.contract.event;

import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.OperatorCause;
import org.queqiao.contract.job.RunExit;

/**
 * A job reached its final state; what it held is free.
 *
 * @param job the job
 * @param attempt the run that ended, or 0 when it never started
 * @param state final
 * @param endMs scheduler time when the last process was gone; for a job that never started, when it
 *     was ended
 * @param exit what the node recorded, or null when nothing ran or nothing is known
 * @param nodeTimeRejected whether the node's own end time was outside the run and {@code endMs} is
 *     the moment of the report instead
 * @param detail in words, or empty
 * @param operator what an operator ended its run for; null where none did, and in older logs
 */
public record JobEnded(
    JobId job,
    int attempt,
    JobState state,
    long endMs,
    RunExit exit,
    boolean nodeTimeRejected,
    String detail,
    OperatorCause operator)
    implements Event {
  /** A job that no operator ended, or that did not run. */
  public JobEnded(
      JobId job,
      int attempt,
      JobState state,
      long endMs,
      RunExit exit,
      boolean nodeTimeRejected,
      String detail) {
    this(job, attempt, state, endMs, exit, nodeTimeRejected, detail, null);
  }
}
