package org.queqiao.core.admission;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.queqiao.contract.job.JobArray;
import org.queqiao.contract.job.TaskIndices;
import org.queqiao.contract.job.TaskRange;

/**
 * Reads the indices of an array as Slurm writes them: numbers and ranges with steps, separated by
 * commas, and how many tasks may run at once behind a percent sign: {@code 1,3,5-20:2%4}. Every
 * problem names its position, counted from 1.
 */
final class ArrayText {
  /** The largest index. */
  static final int MAX_INDEX = 4_000_000;

  /** How many tasks one array has at most. */
  static final int MAX_TASKS = 1_000_000;

  /** Into how many ranges a list may fall, so that a waiting array stays small. */
  static final int MAX_RANGES = 16_384;

  static final int MAX_CHARACTERS = 65_536;

  /** What reading costs at most. */
  private static final int MAX_NAMED = 2 * MAX_INDEX;

  private final String text;
  private int at;
  private int named;
  private String problem;
  private final List<TaskRange> ranges = new ArrayList<>();

  private ArrayText(String text) {
    this.text = text;
  }

  /**
   * What was read.
   *
   * @param array the array, or null when the text is wrong
   * @param problem what is wrong, or null
   */
  record Read(JobArray array, String problem) {}

  /** Indices with or without a throttle. */
  static Read read(String text) {
    return read(text, true);
  }

  /** Indices alone. */
  static Read readIndices(String text) {
    return read(text, false);
  }

  private static Read read(String text, boolean mayThrottle) {
    if (text.length() > MAX_CHARACTERS) {
      return new Read(null, "has more than " + MAX_CHARACTERS + " characters");
    }
    ArrayText reader = new ArrayText(text);
    JobArray array = reader.array(mayThrottle);
    return reader.problem == null ? new Read(array, null) : new Read(null, reader.problem);
  }

  private JobArray array(boolean mayThrottle) {
    do {
      range();
    } while (problem == null && take(','));
    if (problem != null) {
      return null;
    }
    int atOnce = 0;
    if (mayThrottle && take('%')) {
      int from = at;
      atOnce = number(MAX_TASKS, "a throttle");
      if (problem == null && atOnce == 0) {
        wrong(from, "a throttle of 0, under which no task would ever run: leave it out or use 1");
      }
    }
    if (problem == null && at < text.length()) {
      wrong(
          at,
          "'"
              + text.charAt(at)
              + "', where a comma"
              + (mayThrottle ? ", a percent sign" : "")
              + " or the end belongs");
    }
    TaskIndices tasks = problem == null ? indices() : null;
    return problem == null ? new JobArray(tasks, atOnce) : null;
  }

  private void range() {
    int from = at;
    int first = number(MAX_INDEX, "an index");
    int last = first;
    int step = 1;
    if (problem == null && take('-')) {
      last = number(MAX_INDEX, "an index");
      if (problem == null && take(':')) {
        int stepAt = at;
        step = number(MAX_INDEX, "a step");
        if (problem == null && step == 0) {
          wrong(stepAt, "a step of 0");
        }
      }
      if (problem == null && last < first) {
        wrong(from, "a range that ends before it begins: " + first + "-" + last);
      }
    }
    if (problem == null) {
      ranges.add(new TaskRange(first, last - (last - first) % step, step));
      named += ranges.getLast().count();
      if (named > MAX_NAMED) {
        wrong(from, "more than " + MAX_NAMED + " indices, those named twice counted twice");
      }
    }
  }

  private boolean take(char wanted) {
    if (at < text.length() && text.charAt(at) == wanted) {
      at++;
      return true;
    }
    return false;
  }

  private int number(int most, String what) {
    int from = at;
    long value = 0;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      value = Math.min(Long.MAX_VALUE / 16, value * 10 + text.charAt(at) - '0');
      at++;
    }
    if (at == from) {
      wrong(
          from,
          at == text.length()
              ? "the end, where " + what + " belongs"
              : "'" + text.charAt(at) + "', where " + what + " belongs");
    } else if (value > most) {
      wrong(from, what + " above " + most + ", the most that is taken here");
    }
    return (int) Math.min(value, most);
  }

  private void wrong(int position, String found) {
    problem = "has " + found + " (character " + (position + 1) + ")";
  }

  private TaskIndices indices() {
    boolean rising = true;
    for (int i = 0; i < ranges.size(); i++) {
      rising &= i == 0 || ranges.get(i).first() > ranges.get(i - 1).last();
    }
    TaskIndices out = rising ? TaskIndices.of(ranges) : merged();
    if (out.count() > MAX_TASKS) {
      problem = "has " + out.count() + " tasks: an array has at most " + MAX_TASKS;
    } else if (out.ranges().size() > MAX_RANGES) {
      problem =
          "falls into "
              + out.ranges().size()
              + " ranges, more than "
              + MAX_RANGES
              + ": submit several arrays";
    }
    return out;
  }

  /** Ranges that overlap or are in no order; an index that is named twice counts once. */
  private TaskIndices merged() {
    BitSet bits = new BitSet();
    for (TaskRange each : ranges) {
      if (each.step() == 1) {
        bits.set(each.first(), each.last() + 1);
      } else {
        for (int index = each.first(); index <= each.last(); index += each.step()) {
          bits.set(index);
        }
      }
    }
    return TaskIndices.of(bits);
  }
}
