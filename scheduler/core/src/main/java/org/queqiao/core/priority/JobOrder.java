package org.queqiao.core.priority;

import org.queqiao.core.state.Job;
import org.queqiao.core.state.JobTable;

/** A rule that orders the waiting jobs for one pass. */
public interface JobOrder {
  /** The waiting jobs, best first; the table must not change while the queue is used. */
  Queue open(JobTable jobs);

  /** The waiting jobs of one pass. */
  interface Queue {
    /** The best job not given out yet, or null when there is none. */
    Job next();

    /** Nothing else of the partition of the last job is given out: that job waits for its turn. */
    void blockPartition();
  }
}
