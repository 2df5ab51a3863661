package org.queqiao.contract.event;

import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.TaskIndices;

/**
 * A pending job may not start until it is released.
 *
 * @param tasks of an array: only these of its waiting tasks; null for the job, an array with all
 */
public record JobHeld(JobId job, boolean byAdministrator, TaskIndices tasks) implements Event {
  /** The job as a whole. */
  public JobHeld(JobId job, boolean byAdministrator) {
    this(job, byAdministrator, null);
  }
}
