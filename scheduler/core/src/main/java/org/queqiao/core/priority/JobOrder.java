package org.queqiao.core.priority;

import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;

/** A rule that orders the waiting jobs for one pass. */
public interface JobOrder {
  /** The waiting jobs, best first; the cluster must not change while the queue is used. */
  Queue open(Cluster cluster, long nowMs);

  /** The waiting jobs of one pass. */
  interface Queue {
    /** The best job not given out yet, or null when there is none. */
    Job next();

    /**
     * Of an array that was given out: the ordinal of the one task that goes ahead of the others, or
     * -1 for all others.
     */
    int task();

    /** Nothing else of the partition of the last job is given out: that job waits for its turn. */
    void blockPartition();

    /** No other job of the user, project, QOS and shape of the last one is given out. */
    void skipGroup();
  }
}
