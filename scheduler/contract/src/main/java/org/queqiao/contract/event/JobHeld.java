package org.queqiao.contract.event;

import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.TaskIndices;

/**
 * A pending job may not start until it is released.
 *
 * @param tasks of an array: only these of its waiting tasks; null for the job, an array with all
 * @param letsGo whether the job loses the start that it was promised; where every job is promised a
 *     start it does without this
 */
public record JobHeld(JobId job, boolean byAdministrator, TaskIndices tasks, boolean letsGo)
    implements Event {
  /** The job as a whole, or tasks. */
  public JobHeld(JobId job, boolean byAdministrator, TaskIndices tasks) {
    this(job, byAdministrator, tasks, false);
  }

  /** The job as a whole. */
  public JobHeld(JobId job, boolean byAdministrator) {
    this(job, byAdministrator, null);
  }
}
