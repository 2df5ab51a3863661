package org.queqiao.core.admission;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.NavigableMap;
import org.queqiao.contract.job.TaskIndices;
import org.queqiao.contract.job.TaskRange;
import org.queqiao.core.message.Decision;
import org.queqiao.core.state.Job;

/**
 * The tasks of an array that a request names.
 *
 * @param asked all of them; null when they are refused
 * @param waiting the bits of those that have not started
 * @param refusal why not, or null
 */
record TaskChoice(TaskIndices asked, BitSet waiting, Decision refusal) {
  private static TaskChoice refused(String message) {
    return new TaskChoice(null, null, Rejections.invalid("tasks", message));
  }

  /**
   * That a job is no array, and which task it is if it is one: whoever names a task of it may have
   * taken its number for that of its array.
   */
  static String noArray(Job job) {
    return "job "
        + job.id()
        + " is "
        + (job.task() == null ? "" : "task " + job.task() + " and ")
        + "no array";
  }

  /** Reads indices as Slurm writes them; each must be one of the array. */
  static TaskChoice of(Job array, String text) {
    if (array.array() == null) {
      return refused(noArray(array) + ": it has no tasks");
    }
    ArrayText.Read read = ArrayText.readIndices(text);
    if (read.problem() != null) {
      return refused("the list of tasks " + read.problem());
    }
    TaskIndices all = array.spec().array().tasks();
    TaskIndices asked = read.array().tasks();
    BitSet waiting = new BitSet();
    for (TaskRange range : asked.ranges()) {
      for (int index = range.first(); index <= range.last(); index += range.step()) {
        int ordinal = all.ordinalOf(index);
        if (ordinal < 0) {
          return refused(
              "array " + array.id() + " has no task " + index + ": it has " + all.shortened(8));
        }
        waiting.set(index, array.array().isWaiting(ordinal));
      }
    }
    return new TaskChoice(asked, waiting, null);
  }

  /** Those of some indices that a set has; null when there are none. */
  static TaskIndices orNull(BitSet indices) {
    return indices.isEmpty() ? null : TaskIndices.of(indices);
  }

  /** Those that are jobs of their own. */
  List<Job> jobs(NavigableMap<Integer, Job> ofArray) {
    List<Job> out = new ArrayList<>();
    for (Job task : ofArray.values()) {
      if (asked.ordinalOf(task.task().index()) >= 0) {
        out.add(task);
      }
    }
    return out;
  }
}
