package org.queqiao.contract.event;

import org.queqiao.contract.id.JobId;

/**
 * A waiting job was promised a start, reckoned as if everything before it ran to its limit; where
 * every job is promised one, a second such fact says that it starts earlier than it was promised.
 *
 * @param job the job, or the array of a task that is no job of its own yet
 * @param startMs the promised start; ends before their time may bring it earlier
 * @param task the index of that task; null for a job
 */
public record JobPromised(JobId job, long startMs, Integer task) implements Event {
  /** A promise to a job. */
  public JobPromised(JobId job, long startMs) {
    this(job, startMs, null);
  }
}
