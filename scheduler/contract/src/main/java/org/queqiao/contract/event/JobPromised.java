package org.queqiao.contract.event;

import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.PromisedNodes;

/**
 * A waiting job was promised a start, reckoned as if everything before it ran to its limit; where
 * every job is promised one, a second such fact says that it starts earlier than it was promised.
 * With nodes it may be said again as well when room is held for the job on others or from another
 * moment on, and without any when those that were named are held no more; an earlier promise is
 * then kept in mind: later starts are late.
 *
 * @param job the job, or the array of a task that is no job of its own yet
 * @param startMs the promised start; ends before their time may bring it earlier
 * @param task the index of that task; null for a job
 * @param nodes where room is held from then on; null where that is not stated
 */
public record JobPromised(JobId job, long startMs, Integer task, PromisedNodes nodes)
    implements Event {
  /** A promise to a job. */
  public JobPromised(JobId job, long startMs) {
    this(job, startMs, null);
  }

  /** A promise of which no nodes are stated. */
  public JobPromised(JobId job, long startMs, Integer task) {
    this(job, startMs, task, null);
  }
}
