package org.queqiao.core;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Makes what fails short, so that a person can read it. */
final class Shortest {
  private static final int MAX_RUNS = 2_000;

  private Shortest() {}

  /**
   * A list that fails as well and that no element can be left out of, or the shortest found within
   * a bound: halves are left out first, then quarters, then ever smaller parts.
   */
  static <T> List<T> of(List<T> failing, Predicate<List<T>> fails) {
    List<T> shortest = failing;
    int runs = 0;
    for (int part = Math.max(1, failing.size() / 2); part >= 1 && runs < MAX_RUNS; ) {
      boolean shorter = false;
      for (int from = 0; from < shortest.size() && runs++ < MAX_RUNS; ) {
        List<T> without = without(shortest, from, part);
        if (fails.test(without)) {
          shortest = without;
          shorter = true;
        } else {
          from += part;
        }
      }
      part = shorter && part == 1 ? 1 : part / 2;
    }
    return shortest;
  }

  private static <T> List<T> without(List<T> all, int from, int count) {
    List<T> rest = new ArrayList<>(all.subList(0, from));
    rest.addAll(all.subList(Math.min(from + count, all.size()), all.size()));
    return rest;
  }
}
