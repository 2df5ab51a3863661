package org.queqiao.simulator.check;

import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.JobArray;
import org.queqiao.contract.job.TaskIndices;
import org.queqiao.contract.job.TaskRange;

/** The tasks of an array as the facts alone tell it. */
final class ModelArray {
  /** Indices that have neither become jobs nor ended. */
  final TreeSet<Integer> waiting;

  /** The job that an index became. */
  final TreeMap<Integer, JobId> jobs = new TreeMap<>();

  /** When an index ended that became no job. */
  final TreeMap<Integer, Long> endedWaiting = new TreeMap<>();

  /** How many tasks hold cores. */
  int holding;

  /** When the last index stopped waiting, or 0. */
  long begunMs;

  ModelArray(JobArray array) {
    waiting = indices(array.tasks());
  }

  static TreeSet<Integer> indices(TaskIndices tasks) {
    TreeSet<Integer> out = new TreeSet<>();
    for (TaskRange range : tasks.ranges()) {
      for (int index = range.first(); index <= range.last(); index += range.step()) {
        out.add(index);
      }
    }
    return out;
  }
}
