package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.queqiao.contract.id.JobId;

/** The waiting jobs and tasks that a planner knows, so that the next pass finds the same ones. */
final class WaitingPlanJobs {
  private static final int NO_TASK = -1;

  private final TreeMap<Key, PlanJob> byKey = new TreeMap<>();

  /** A job, or a task of an array by its ordinal. */
  private record Key(JobId job, int task) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int byJob = job.compareTo(other.job);
      return byJob != 0 ? byJob : Integer.compare(task, other.task);
    }
  }

  PlanJob find(JobId job) {
    return byKey.get(new Key(job, NO_TASK));
  }

  void put(JobId job, PlanJob planned) {
    put(job, NO_TASK, planned);
  }

  void put(JobId array, int task, PlanJob planned) {
    byKey.put(new Key(array, task), planned);
  }

  void remove(JobId job) {
    byKey.remove(new Key(job, NO_TASK));
  }

  void remove(JobId array, int task) {
    byKey.remove(new Key(array, task));
  }

  /** Takes out a job, and of an array all tasks. */
  List<PlanJob> removeAll(JobId job) {
    return removeBetween(job, NO_TASK, Integer.MAX_VALUE);
  }

  /** Takes out the tasks of an array from an ordinal to another. */
  List<PlanJob> removeBetween(JobId array, int first, int last) {
    List<PlanJob> out = new ArrayList<>();
    Iterator<Map.Entry<Key, PlanJob>> each =
        byKey.subMap(new Key(array, first), true, new Key(array, last), true).entrySet().iterator();
    while (each.hasNext()) {
      out.add(each.next().getValue());
      each.remove();
    }
    return out;
  }

  void clear() {
    byKey.clear();
  }
}
