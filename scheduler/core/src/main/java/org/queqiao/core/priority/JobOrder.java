package org.queqiao.core.priority;

import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;

/** A rule that orders the waiting jobs for one pass. */
public interface JobOrder {
  /** The waiting jobs, best first; the cluster must not change while the queue is used. */
  Queue open(Cluster cluster, long nowMs);

  /**
   * What decides the turn of a job: higher tier first, then higher priority, then the better place
   * by area, then the lower number.
   *
   * @param tier of its partition
   * @param micro its priority in millionths of a point
   * @param area its place by area, smaller first
   * @param number its number in the queue
   * @param index among tasks of one array: the index
   */
  record Turn(int tier, long micro, long area, long number, int index) implements Comparable<Turn> {
    @Override
    public int compareTo(Turn other) {
      int order = Integer.compare(other.tier, tier);
      order = order != 0 ? order : Long.compare(other.micro, micro);
      order = order != 0 ? order : Long.compare(area, other.area);
      order = order != 0 ? order : Long.compare(number, other.number);
      return order != 0 ? order : Integer.compare(index, other.index);
    }
  }

  /**
   * Says the turn of each job that may start and is no array, as long as the site's decisions stay
   * as they are; where turns move with time, those of this moment.
   */
  Turns turns(Cluster cluster, long nowMs);

  /** Says turns. */
  interface Turns {
    Turn of(Job job);

    /**
     * The turn of a job that had another one, of which nothing but what is believed has changed.
     */
    Turn again(Job job, Turn former);
  }

  /** The waiting jobs of one pass. */
  interface Queue {
    /** The best job not given out yet, or null when there is none. */
    Job next();

    /** The turn of the job that was given out last. */
    Turn turn();

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
