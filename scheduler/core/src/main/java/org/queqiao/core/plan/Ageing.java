package org.queqiao.core.plan;

import java.util.Comparator;
import java.util.PriorityQueue;

/**
 * Places of jobs that grow older. Most that leave do so from the middle, and many at once when what
 * is believed of them changes: they are only marked, and forgotten when they come first or are as
 * many as those that are left.
 */
final class Ageing {
  /** So many that left are kept at least. */
  private static final int FEW = 1_000;

  private final PriorityQueue<Standing> places =
      new PriorityQueue<>(
          Comparator.comparingLong((Standing each) -> each.spot().ageStep())
              .thenComparing(each -> each.job().id())
              .thenComparing(Standing::ahead));

  private int gone;

  void clear() {
    places.clear();
    gone = 0;
  }

  /** A place that was never here begins to grow older. */
  void add(Standing place) {
    place.grows(true);
    places.add(place);
  }

  /** It does so no more, if it did. */
  void leave(Standing place) {
    if (!place.grows()) {
      return;
    }
    place.grows(false);
    gone++;
    if (gone > FEW && 2 * gone > places.size()) {
      places.removeIf(each -> !each.grows());
      gone = 0;
    }
  }

  /** The oldest, or null. */
  Standing first() {
    while (!places.isEmpty() && !places.peek().grows()) {
      places.poll();
      gone--;
    }
    return places.peek();
  }
}
