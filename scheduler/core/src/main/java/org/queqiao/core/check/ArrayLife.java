package org.queqiao.core.check;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.JobArray;
import org.queqiao.contract.job.TaskIndices;
import org.queqiao.contract.job.TaskRange;

/** What the log has said of one array: every index is a task once, as a job or ended without. */
final class ArrayLife {
  private final BitSet waiting = new BitSet();
  private final TreeMap<Integer, JobId> jobs = new TreeMap<>();
  private final List<Ended> endedWaiting = new ArrayList<>();
  private int holding;

  private record Ended(TaskIndices tasks, long endMs) {}

  ArrayLife(JobArray array) {
    for (TaskRange range : array.tasks().ranges()) {
      for (int index = range.first(); index <= range.last(); index += range.step()) {
        waiting.set(index);
      }
    }
  }

  /** Whether the task waited; it is a job now. */
  boolean split(int index, JobId job) {
    boolean waited = waiting.get(index);
    waiting.clear(index);
    return jobs.put(index, job) == null && waited;
  }

  /** Whether all of these waited; they do not any more. */
  boolean ended(TaskIndices tasks, long endMs) {
    boolean waited = true;
    endedWaiting.add(new Ended(tasks, endMs));
    for (TaskRange range : tasks.ranges()) {
      for (int index = range.first(); index <= range.last(); index += range.step()) {
        waited &= waiting.get(index);
        waiting.clear(index);
      }
    }
    return waited;
  }

  /** When a task ended without a start; -1 for one that did not. */
  long endedWaitingMs(int index) {
    for (Ended each : endedWaiting) {
      if (each.tasks.ordinalOf(index) >= 0) {
        return each.endMs;
      }
    }
    return -1;
  }

  boolean anyWaiting() {
    return !waiting.isEmpty();
  }

  Iterable<JobId> jobs() {
    return jobs.values();
  }

  /** The job of a task, or null. */
  JobId job(int index) {
    return jobs.get(index);
  }

  /** Takes or gives back resources for a task; says how many tasks hold some now. */
  int hold(int change) {
    holding += change;
    return holding;
  }
}
