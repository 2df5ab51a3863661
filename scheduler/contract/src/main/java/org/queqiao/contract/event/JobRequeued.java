package org.queqiao.contract.event;

import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.OperatorCause;
import org.queqiao.contract.job.RunExit;

/**
 * A run is over and what it held is free, but its job is not: it waits again.
 *
 * @param run the run that is over
 * @param cause {@code NODE_FAIL} or {@code REQUEUED}
 * @param endMs scheduler time when its last process was gone
 * @param exit what the node recorded, or null when nothing is known
 * @param nodeTimeRejected as in {@link JobEnded}
 * @param held whether the job was started so often that an administrator must look at it first
 * @param detail in words, or empty
 * @param operator what an operator ended it for; null where none did, and in older logs
 */
public record JobRequeued(
    RunId run,
    KillCause cause,
    long endMs,
    RunExit exit,
    boolean nodeTimeRejected,
    boolean held,
    String detail,
    OperatorCause operator)
    implements Event {
  /** A run that no operator ended. */
  public JobRequeued(
      RunId run,
      KillCause cause,
      long endMs,
      RunExit exit,
      boolean nodeTimeRejected,
      boolean held,
      String detail) {
    this(run, cause, endMs, exit, nodeTimeRejected, held, detail, null);
  }
}
