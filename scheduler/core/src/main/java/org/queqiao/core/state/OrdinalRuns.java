package org.queqiao.core.state;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.queqiao.contract.snapshot.ArrayImage.OrdinalRun;

/**
 * A set of ordinals of array tasks as runs without gaps: costs memory for its gaps, not for its
 * members.
 */
final class OrdinalRuns {
  /** By the first of a run: the last. */
  private final TreeMap<Integer, Integer> runs = new TreeMap<>();

  private int size;

  static OrdinalRuns of(List<OrdinalRun> image) {
    OrdinalRuns out = new OrdinalRuns();
    image.forEach(each -> out.addAll(each.first(), each.last()));
    return out;
  }

  List<OrdinalRun> image() {
    List<OrdinalRun> out = new ArrayList<>(runs.size());
    runs.forEach((first, last) -> out.add(new OrdinalRun(first, last)));
    return out;
  }

  /** Adds all from the first to the last. */
  void addAll(int first, int last) {
    removeAll(first, last);
    int from = first;
    int to = last;
    Map.Entry<Integer, Integer> left = runs.floorEntry(first - 1);
    if (left != null && left.getValue() == first - 1) {
      from = left.getKey();
    }
    Integer rightEnd = runs.remove(last + 1);
    if (rightEnd != null) {
      to = rightEnd;
    }
    runs.put(from, to);
    size += last - first + 1;
  }

  void add(int ordinal) {
    addAll(ordinal, ordinal);
  }

  /** Takes out all from the first to the last that are there. */
  void removeAll(int first, int last) {
    Map.Entry<Integer, Integer> run = runs.floorEntry(first);
    if (run == null || run.getValue() < first) {
      run = runs.ceilingEntry(first);
    }
    while (run != null && run.getKey() <= last) {
      int from = run.getKey();
      int to = run.getValue();
      runs.remove(from);
      if (from < first) {
        runs.put(from, first - 1);
      }
      if (to > last) {
        runs.put(last + 1, to);
      }
      size -= Math.min(to, last) - Math.max(from, first) + 1;
      run = runs.ceilingEntry(first);
    }
  }

  void remove(int ordinal) {
    removeAll(ordinal, ordinal);
  }

  boolean contains(int ordinal) {
    Map.Entry<Integer, Integer> run = runs.floorEntry(ordinal);
    return run != null && run.getValue() >= ordinal;
  }

  int size() {
    return size;
  }

  boolean isEmpty() {
    return runs.isEmpty();
  }

  /** The smallest member that is not below this, or -1. */
  int next(int from) {
    if (contains(from)) {
      return from;
    }
    Integer first = runs.higherKey(from);
    return first == null ? -1 : first;
  }

  /** Adds those from the first to the last that another set has. */
  void addWhereIn(OrdinalRuns other, int first, int last) {
    for (int from = other.next(first); from >= 0 && from <= last; ) {
      int to = Math.min(last, other.endOfRun(from));
      addAll(from, to);
      from = to == last ? -1 : other.next(to + 1);
    }
  }

  /** The last of the run that an ordinal of this set is in. */
  int endOfRun(int ordinal) {
    return runs.floorEntry(ordinal).getValue();
  }

  @Override
  public String toString() {
    return runs.toString();
  }
}
