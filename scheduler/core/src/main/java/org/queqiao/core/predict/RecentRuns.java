package org.queqiao.core.predict;

/** The last two run times of something. */
final class RecentRuns {
  private long last;
  private long lastButOne;
  private int count;

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
}
