package org.queqiao.server.view;

import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.queqiao.contract.job.JobArray;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.snapshot.ArrayImage;

/** How many tasks of an array are where, at one moment. Never changes. */
public final class ArrayCounts {
  private final int waiting;
  private final EnumMap<JobState, Integer> jobs;

  private ArrayCounts(int waiting, EnumMap<JobState, Integer> jobs) {
    this.waiting = waiting;
    this.jobs = jobs;
  }

  /** Nothing has started. */
  static ArrayCounts of(JobArray array) {
    return new ArrayCounts(array.tasks().count(), new EnumMap<>(JobState.class));
  }

  /** Without the jobs of tasks that have not ended: those come one by one. */
  static ArrayCounts of(ArrayImage image) {
    EnumMap<JobState, Integer> ended = new EnumMap<>(JobState.class);
    image.ended().forEach(each -> ended.put(each.state(), each.count()));
    int waiting = image.waiting().stream().mapToInt(run -> run.last() - run.first() + 1).sum();
    return new ArrayCounts(waiting, ended);
  }

  /** So many tasks wait no more. */
  ArrayCounts left(int tasks) {
    return new ArrayCounts(waiting - tasks, jobs);
  }

  /** So many more tasks in a state. */
  ArrayCounts plus(JobState state, int tasks) {
    EnumMap<JobState, Integer> next = new EnumMap<>(JobState.class);
    next.putAll(jobs);
    next.merge(state, tasks, (before, more) -> before + more == 0 ? null : before + more);
    return new ArrayCounts(waiting, next);
  }

  /** How many tasks have not become jobs of their own. */
  public int waiting() {
    return waiting;
  }

  /**
   * How many tasks are in each state, those included that wait; states without any are left out.
   */
  public SortedMap<JobState, Integer> byState() {
    TreeMap<JobState, Integer> out = new TreeMap<>(jobs);
    if (waiting > 0) {
      out.merge(JobState.PENDING, waiting, Integer::sum);
    }
    return out;
  }

  /** Of the whole, which has not ended or of which that is not said yet. */
  JobState state() {
    if (waiting > 0 || jobs.containsKey(JobState.PENDING)) {
      return JobState.PENDING;
    }
    for (Map.Entry<JobState, Integer> each : jobs.entrySet()) {
      if (!each.getKey().isTerminal()) {
        return JobState.RUNNING;
      }
    }
    return JobState.COMPLETING;
  }
}
