package org.queqiao.contract.job;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.StringJoiner;

/**
 * A set of indices of array tasks, as ranges in rising order that do not overlap. The place of an
 * index in that order is its ordinal: the smallest has 0. Never changes.
 */
public final class TaskIndices {
  private final List<TaskRange> ranges;

  /** How many indices come before each range. */
  private final int[] before;

  private final int count;

  private TaskIndices(List<TaskRange> ranges) {
    this.ranges = List.copyOf(ranges);
    this.before = new int[this.ranges.size()];
    int sum = 0;
    for (int i = 0; i < before.length; i++) {
      before[i] = sum;
      sum = Math.addExact(sum, this.ranges.get(i).count());
    }
    this.count = sum;
  }

  /**
   * The indices of ranges.
   *
   * @throws IllegalArgumentException when there is none, or they are not in rising order or overlap
   */
  public static TaskIndices of(List<TaskRange> ranges) {
    if (ranges.isEmpty()) {
      throw new IllegalArgumentException("no index at all");
    }
    for (int i = 1; i < ranges.size(); i++) {
      if (ranges.get(i).first() <= ranges.get(i - 1).last()) {
        throw new IllegalArgumentException(ranges.get(i) + " does not follow " + ranges.get(i - 1));
      }
    }
    return new TaskIndices(ranges);
  }

  /**
   * The indices whose bit is set, in as few ranges as a look ahead of two finds.
   *
   * @throws IllegalArgumentException when none is set
   */
  public static TaskIndices of(BitSet indices) {
    List<TaskRange> out = new ArrayList<>();
    int first = indices.nextSetBit(0);
    while (first >= 0) {
      int second = indices.nextSetBit(first + 1);
      int third = second < 0 ? -1 : indices.nextSetBit(second + 1);
      int step = second - first;
      int last = first;
      if (second >= 0 && (step == 1 || third - second == step)) {
        last = step == 1 ? indices.nextClearBit(first) - 1 : endOfSteps(indices, second, step);
        out.add(new TaskRange(first, last, step));
      } else {
        out.add(new TaskRange(first, first, 1));
      }
      first = indices.nextSetBit(last + 1);
    }
    return of(out);
  }

  private static int endOfSteps(BitSet indices, int from, int step) {
    int last = from;
    while (indices.nextSetBit(last + 1) == last + step) {
      last += step;
    }
    return last;
  }

  /** The ranges in rising order. */
  public List<TaskRange> ranges() {
    return ranges;
  }

  /** How many indices. */
  public int count() {
    return count;
  }

  public int smallest() {
    return ranges.getFirst().first();
  }

  public int largest() {
    return ranges.getLast().last();
  }

  /** The step of a single range; 1 when there are several. */
  public int step() {
    return ranges.size() == 1 ? ranges.getFirst().step() : 1;
  }

  /**
   * The index at a place.
   *
   * @param ordinal from 0 to {@link #count} - 1
   */
  public int at(int ordinal) {
    int range = rangeOf(ordinal);
    return ranges.get(range).first() + (ordinal - before[range]) * ranges.get(range).step();
  }

  private int rangeOf(int ordinal) {
    int low = 0;
    int high = before.length - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (before[middle] <= ordinal) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** The indices at the places from the first to the last, in rising order. */
  public List<TaskRange> between(int first, int last) {
    List<TaskRange> out = new ArrayList<>();
    for (int range = rangeOf(first), from = first; from <= last; range++) {
      int to = Math.min(last, before[range] + ranges.get(range).count() - 1);
      out.add(new TaskRange(at(from), at(to), ranges.get(range).step()));
      from = to + 1;
    }
    return out;
  }

  /** The place of an index, or -1 when it is not there. */
  public int ordinalOf(int index) {
    int low = 0;
    int high = before.length - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (ranges.get(middle).first() <= index) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    TaskRange range = ranges.get(low);
    int past = index - range.first();
    return past < 0 || index > range.last() || past % range.step() != 0
        ? -1
        : before[low] + past / range.step();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TaskIndices that && ranges.equals(that.ranges);
  }

  @Override
  public int hashCode() {
    return ranges.hashCode();
  }

  /** As Slurm writes it, such as {@code 1,3,5-19:2}. */
  @Override
  public String toString() {
    StringJoiner out = new StringJoiner(",");
    ranges.forEach(each -> out.add(each.toString()));
    return out.toString();
  }

  /** As {@link #toString}, cut behind so many ranges with the number of the others. */
  public String shortened(int most) {
    if (ranges.size() <= most) {
      return toString();
    }
    StringJoiner out = new StringJoiner(",");
    Iterator<TaskRange> each = ranges.iterator();
    for (int i = 0; i < most; i++) {
      out.add(each.next().toString());
    }
    return out + ",... (" + (count - before[most]) + " more)";
  }
}
