package org.queqiao.simulator.replay;

import java.util.Arrays;

/** What a replay gave: the starts, and the figures that schedulers are compared by. */
public final class ReplayResult {
  /** Shorter jobs count as this long, so that a job of a second does not decide the mean. */
  private static final long BOUND_S = 10;

  private final ReplayJobs jobs;
  private final long[] start;
  private final long[] sortedWaits;
  private final long decisions;
  private final PromiseRecord promises;
  private final long wallNanos;

  ReplayResult(
      ReplayJobs jobs, long[] start, long decisions, PromiseRecord promises, long wallNanos) {
    this.jobs = jobs;
    this.start = start;
    this.decisions = decisions;
    this.promises = promises;
    this.wallNanos = wallNanos;
    this.sortedWaits = new long[start.length];
    for (int i = 0; i < start.length; i++) {
      sortedWaits[i] = start[i] - jobs.submit(i);
    }
    Arrays.sort(sortedWaits);
  }

  public ReplayJobs jobs() {
    return jobs;
  }

  /** How the promises on declared limits were kept. */
  PromiseRecord promises() {
    return promises;
  }

  /** When a job started, in seconds since the start of the log. */
  public long start(int job) {
    return start[job];
  }

  public double meanWaitS() {
    double sum = 0;
    for (long wait : sortedWaits) {
      sum += wait;
    }
    return sum / sortedWaits.length;
  }

  /** The wait that so many percent of the jobs did not exceed, by nearest rank. */
  public long waitS(int percent) {
    int rank = (int) Math.ceilDiv((long) percent * sortedWaits.length, 100);
    return sortedWaits[Math.max(rank, 1) - 1];
  }

  /** How many percent of all waits are at most so long. */
  double percentOfWaitsUpTo(long waitS) {
    int low = 0;
    int high = sortedWaits.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sortedWaits[middle] <= waitS) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return 100.0 * low / sortedWaits.length;
  }

  /** Mean of max(1, (wait + run) / max(run, 10 s)). */
  public double meanBoundedSlowdown() {
    double sum = 0;
    for (int i = 0; i < start.length; i++) {
      sum += boundedSlowdown(i);
    }
    return sum / start.length;
  }

  double boundedSlowdown(int job) {
    double response = start[job] - jobs.submit(job) + jobs.run(job);
    return Math.max(1, response / Math.max(BOUND_S, jobs.run(job)));
  }

  /** From the first submission to the last end. */
  public long makespanS() {
    long first = Long.MAX_VALUE;
    long last = 0;
    for (int i = 0; i < start.length; i++) {
      first = Math.min(first, jobs.submit(i));
      last = Math.max(last, start[i] + jobs.run(i));
    }
    return last - first;
  }

  /** The part of the machine that was in use between the first submission and the last end. */
  public double utilisation() {
    double used = 0;
    for (int i = 0; i < start.length; i++) {
      used += (double) jobs.size(i) * jobs.run(i);
    }
    return used / ((double) jobs.procs() * makespanS());
  }

  /** Passes in each second of the replay's own time. */
  public double decisionsPerS() {
    return decisions / wallS();
  }

  /** The replay's own time, without reading the log. */
  public double wallS() {
    return wallNanos / 1e9;
  }
}
