package org.queqiao.core.plan;

import java.util.Arrays;

/**
 * What waits, in one order: that of the queue, or by key and, for equal keys, that of the queue.
 * Jobs that left stay in the array until {@link #compact}; a reader asks each whether it still
 * waits.
 */
final class WaitingJobs {
  private PlanJob[] jobs = new PlanJob[64];
  private final Order by;
  private int size;
  private boolean disordered;

  /** Who is first. */
  enum Order {
    QUEUE,
    KEY
  }

  WaitingJobs(Order by) {
    this.by = by;
  }

  int size() {
    return size;
  }

  PlanJob get(int i) {
    return jobs[i];
  }

  /** Adds a job at its place. */
  void add(PlanJob job) {
    if (size == jobs.length) {
      jobs = Arrays.copyOf(jobs, size * 2);
    }
    int at = size;
    if (!disordered && size > 0 && before(job, jobs[size - 1])) {
      at = find(job);
      System.arraycopy(jobs, at, jobs, at + 1, size - at);
    }
    jobs[at] = job;
    size++;
  }

  /** Says that a key has changed: {@link #sort} puts everything in its place again. */
  void disorder() {
    disordered = true;
  }

  /** Sorts anew if keys have changed. */
  void sort() {
    if (!disordered) {
      return;
    }
    disordered = false;
    Arrays.sort(jobs, 0, size, this::compare);
  }

  /** Forgets all. */
  void clear() {
    Arrays.fill(jobs, 0, size, null);
    size = 0;
  }

  /** Lets go of the jobs that wait no more. */
  void compact() {
    int kept = 0;
    for (int i = 0; i < size; i++) {
      if (jobs[i].waiting()) {
        jobs[kept++] = jobs[i];
      }
    }
    Arrays.fill(jobs, kept, size, null);
    size = kept;
  }

  private int find(PlanJob job) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (before(jobs[middle], job)) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private boolean before(PlanJob left, PlanJob right) {
    if (by == Order.KEY && left.key() != right.key()) {
      return left.key() < right.key();
    }
    return left.order() < right.order();
  }

  private int compare(PlanJob left, PlanJob right) {
    return before(left, right) ? -1 : before(right, left) ? 1 : 0;
  }
}
