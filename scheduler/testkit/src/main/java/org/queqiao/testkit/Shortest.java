package org.queqiao.testkit;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/** Makes what fails short, so that a person can read it. */
public final class Shortest {
  /** How often a list is tried at the most. */
  private static final int MAX_TRIES = 2_000;

  private Shortest() {}

  /**
   * A list that fails as well and that no element can be left out of, or the shortest found within
   * a bound of tries: halves are left out first, then quarters, then ever smaller parts.
   *
   * @param failing what fails
   * @param fails whether a part of it, in the same order, fails as well
   */
  public static <T> List<T> of(List<T> failing, Predicate<List<T>> fails) {
    List<T> shortest = failing;
    int tries = 0;
    for (int part = Math.max(1, failing.size() / 2); part >= 1 && tries < MAX_TRIES; ) {
      boolean shorter = false;
      for (int from = 0; from < shortest.size() && tries++ < MAX_TRIES; ) {
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

  /**
   * A number that fails as well: halved as long as it can be, then less by one.
   *
   * @param failing what fails
   * @param least what it may not be below
   * @param fails whether a smaller one fails as well
   */
  public static int of(int failing, int least, IntPredicate fails) {
    int smallest = failing;
    while (smallest / 2 >= least && smallest > 1 && fails.test(smallest / 2)) {
      smallest /= 2;
    }
    while (smallest > least && fails.test(smallest - 1)) {
      smallest--;
    }
    return smallest;
  }
}
