package org.queqiao.core.plan;

import java.util.Arrays;
import java.util.List;

/**
 * What waits, in one order: that of the queue, by key and, for equal keys, that of the queue, or by
 * turn. Jobs that left stay in the array until {@link #compact}; a reader asks each whether it
 * still waits.
 */
final class WaitingJobs {
  private PlanJob[] jobs = new PlanJob[64];
  private final Order by;
  private int size;
  private boolean disordered;

  /** Who is first. */
  enum Order {
    QUEUE,
    KEY,
    TURN
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
    if (by == Order.TURN) {
      return left.turn().compareTo(right.turn()) < 0;
    }
    if (by == Order.KEY && left.key() != right.key()) {
      return left.key() < right.key();
    }
    return left.order() < right.order();
  }

  /** Takes out jobs that are there, whose places have not changed. */
  void removeAll(List<PlanJob> leaving) {
    int[] at = new int[leaving.size() + 1];
    for (int i = 0; i < leaving.size(); i++) {
      at[i] = find(leaving.get(i));
      if (at[i] == size || jobs[at[i]] != leaving.get(i)) {
        throw new IllegalStateException("job " + leaving.get(i).number() + " does not wait");
      }
    }
    at[leaving.size()] = size;
    Arrays.sort(at);
    for (int i = 0; i < leaving.size(); i++) {
      int from = at[i] + 1;
      System.arraycopy(jobs, from, jobs, from - i - 1, at[i + 1] - from);
    }
    Arrays.fill(jobs, size - leaving.size(), size, null);
    size -= leaving.size();
  }

  /** Adds jobs at their places. */
  void addAll(List<PlanJob> coming) {
    PlanJob[] sorted = coming.toArray(new PlanJob[0]);
    Arrays.sort(sorted, this::compare);
    if (size + sorted.length > jobs.length) {
      jobs = Arrays.copyOf(jobs, Math.max(size * 2, size + sorted.length));
    }
    int end = size;
    for (int i = sorted.length - 1; i >= 0; i--) {
      int at = find(sorted[i]);
      System.arraycopy(jobs, at, jobs, at + i + 1, end - at);
      jobs[at + i] = sorted[i];
      end = at;
    }
    size += sorted.length;
  }

  private int compare(PlanJob left, PlanJob right) {
    return before(left, right) ? -1 : before(right, left) ? 1 : 0;
  }
}
