package org.queqiao.core.predict;

import java.util.List;

/** The last two run times of something. */
final class RecentRuns {
  private long last;
  private long lastButOne;
  private int count;

  RecentRuns() {}

  /** Those of a list, the latest first. */
  RecentRuns(List<Long> latestFirst) {
    for (int i = Math.min(latestFirst.size(), 2) - 1; i >= 0; i--) {
      add(latestFirst.get(i));
    }
  }

  void add(long run) {
    lastButOne = last;
    last = run;
    count = Math.min(count + 1, 2);
  }

  boolean any() {
    return count > 0;
  }

  /** Their mean, rounded down; of one, that one. */
  long mean() {
    return count < 2 ? last : (last + lastButOne) / 2;
  }

  /** The latest first. */
  List<Long> list() {
    return count == 0 ? List.of() : count == 1 ? List.of(last) : List.of(last, lastButOne);
  }
}
