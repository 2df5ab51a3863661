package org.queqiao.core.plan;

import java.util.Arrays;

/** What runs, by the believed end or by that of the limit; equal ends by number. */
public final class RunningJobs {
  private PlanJob[] jobs = new PlanJob[64];
  private int size;
  private final boolean byLimit;

  /** By the believed end. */
  public RunningJobs() {
    this(false);
  }

  RunningJobs(boolean byLimit) {
    this.byLimit = byLimit;
  }

  /** The end that this order goes by. */
  long end(PlanJob job) {
    return byLimit ? job.limitEnd() : job.end();
  }

  public int size() {
    return size;
  }

  /** The job with the i-th end. */
  public PlanJob get(int i) {
    return jobs[i];
  }

  void add(PlanJob job) {
    if (size == jobs.length) {
      jobs = Arrays.copyOf(jobs, size * 2);
    }
    int at = find(job);
    System.arraycopy(jobs, at, jobs, at + 1, size - at);
    jobs[at] = job;
    size++;
  }

  void remove(PlanJob job) {
    int at = find(job);
    if (at == size || jobs[at] != job) {
      throw new IllegalStateException("job " + job.number() + " does not run");
    }
    size--;
    System.arraycopy(jobs, at + 1, jobs, at, size - at);
    jobs[size] = null;
  }

  /** The first index whose job does not come before this one. */
  private int find(PlanJob job) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      PlanJob there = jobs[middle];
      boolean before =
          end(there) < end(job) || end(there) == end(job) && there.number() < job.number();
      if (before) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}
