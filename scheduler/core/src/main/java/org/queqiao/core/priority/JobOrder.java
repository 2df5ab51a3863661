package org.queqiao.core.priority;

import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.Lot;
import org.queqiao.core.state.TasksAhead;

/** A rule that orders the waiting jobs for one pass. */
public interface JobOrder {
  /** The waiting jobs, best first; the cluster must not change while the queue is used. */
  Queue open(Cluster cluster, long nowMs);

  /** The same as if nobody had been promised a start. */
  Queue openByTurn(Cluster cluster, long nowMs);

  /**
   * What decides the turn of a job, but for what changes as time passes and resources are used: who
   * was promised the earliest start first, then higher tier, then higher priority, then who may
   * start for longer where age has a weight, then the better place by area, then the lower number.
   *
   * @param promisedMs the start that it was promised where the policy keeps many promises, else
   *     {@link #NO_PROMISE}
   * @param tier of its partition
   * @param fixedMicro its priority without age and share, in millionths of a point
   * @param ageStep the step of age in which it may start since
   * @param area its place by area, smaller first
   * @param number its number in the queue
   * @param index among tasks of one array: the index
   */
  record Spot(
      long promisedMs, int tier, long fixedMicro, long ageStep, long area, long number, int index) {
    /** Behind all promises. */
    public static final long NO_PROMISE = Long.MAX_VALUE;

    /** Who comes first, with the whole priorities in millionths of a point. */
    public static int compare(Spot one, long oneMicro, Spot other, long otherMicro) {
      int order = Long.compare(one.promisedMs, other.promisedMs);
      order = order != 0 ? order : Integer.compare(other.tier, one.tier);
      order = order != 0 ? order : Long.compare(otherMicro, oneMicro);
      order = order != 0 ? order : Long.compare(one.ageStep, other.ageStep);
      order = order != 0 ? order : Long.compare(one.area, other.area);
      order = order != 0 ? order : Long.compare(one.number, other.number);
      return order != 0 ? order : Integer.compare(one.index, other.index);
    }
  }

  /** Whether jobs may be kept in this order from pass to pass, by their {@link #places}. */
  boolean isKept();

  /** Says where jobs that may start stand, as long as the site's decisions stay as they are. */
  Places places(Cluster cluster);

  /** Says where jobs stand. */
  interface Places {
    /** Once, but for an array also for each task that goes ahead of the others. */
    void of(Job job, Place each);
  }

  /** Takes a place of a job. */
  @FunctionalInterface
  interface Place {
    void at(Spot spot, Ahead ahead);
  }

  /** Which task of an array has a place. */
  enum Ahead {
    /** The one that was promised a start. */
    PROMISED,
    /** The one that goes ahead on trial. */
    TRIAL,
    /** All others; of a job that is no array the job. */
    OTHERS;

    static Ahead of(Lot lot) {
      return switch (lot.rank()) {
        case PROMISED -> PROMISED;
        case TRIAL -> TRIAL;
        case KNOWN, UNKNOWN -> OTHERS;
      };
    }

    /** The ordinal of the one task of an array that goes ahead, or -1. */
    public int task(Job job) {
      if (job.array() == null) {
        return -1;
      }
      return switch (this) {
        case PROMISED -> TasksAhead.promised(job);
        case TRIAL -> TasksAhead.trial(job);
        case OTHERS -> -1;
      };
    }
  }

  /** The waiting jobs of one pass. */
  interface Queue {
    /** The best job not given out yet, or null when there is none. */
    Job next();

    /**
     * Of an array that was given out: the ordinal of the one task that goes ahead of the others, or
     * -1 for all others.
     */
    int task();

    /**
     * No other job of the user, project, QOS and shape of the last one is of use; it may still
     * come.
     */
    void skipGroup();
  }
}
