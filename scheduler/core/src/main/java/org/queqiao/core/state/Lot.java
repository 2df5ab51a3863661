package org.queqiao.core.state;

import org.queqiao.core.predict.Experience;
import org.queqiao.core.predict.JobKind;

/**
 * What jobs of a group of the backlog share that are believed to run alike: the one submitted first
 * has then the best place by area. Jobs of kinds that nobody has seen end are believed to run as
 * those of their user, so they share their size and limit alone.
 *
 * @param rank what sort of lot it is
 * @param cores in all, or 0 where it does not matter
 * @param limitMs or 0 where it does not matter; of one that was promised a start this start
 * @param kind or null where it does not matter
 */
public record Lot(Rank rank, long cores, long limitMs, JobKind kind) implements Comparable<Lot> {
  /** Sorts of lots. */
  public enum Rank {
    /** They were promised a start, at one moment, and nobody may pass. */
    PROMISED,
    /** It goes ahead to show how long its kind runs. */
    TRIAL,
    /** Some like them have ended. */
    KNOWN,
    UNKNOWN
  }

  /** The lot of a job; of an array that of the tasks that do not go ahead of the others. */
  static Lot of(Job job) {
    Experience known = job.experience();
    JobKind kind = known.kind();
    if (job.array() == null && job.promisedMs() != 0) {
      return promised(job.promisedMs());
    }
    if (known.tried() && known.trial() == job.id().value()) {
      return trial(kind);
    }
    return known.known() ? new Lot(Rank.KNOWN, kind.cores(), kind.limit(), kind) : unknown(kind);
  }

  static Lot promised(long atMs) {
    return new Lot(Rank.PROMISED, 0, atMs, null);
  }

  /** The start that those of a promised lot were promised. */
  public long promisedMs() {
    return limitMs;
  }

  static Lot trial(JobKind kind) {
    return new Lot(Rank.TRIAL, kind.cores(), kind.limit(), kind);
  }

  static Lot unknown(JobKind kind) {
    return new Lot(Rank.UNKNOWN, kind.cores(), kind.limit(), null);
  }

  @Override
  public int compareTo(Lot other) {
    int order = rank.compareTo(other.rank);
    order = order != 0 ? order : Long.compare(cores, other.cores);
    order = order != 0 ? order : Long.compare(limitMs, other.limitMs);
    return order != 0 || kind == null ? order : kind.compareTo(other.kind);
  }
}
