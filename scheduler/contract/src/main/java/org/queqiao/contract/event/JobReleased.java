package org.queqiao.contract.event;

import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.TaskIndices;

/**
 * A held job may start.
 *
 * @param tasks of an array: only these of its waiting tasks; null for the hold of the job itself
 */
public record JobReleased(JobId job, TaskIndices tasks) implements Event {
  /** The job as a whole. */
  public JobReleased(JobId job) {
    this(job, null);
  }
}
