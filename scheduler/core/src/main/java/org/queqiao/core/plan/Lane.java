package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.queqiao.core.limit.LimitTree;
import org.queqiao.core.priority.JobOrder;

/**
 * Places of jobs that need the same and never pass each other, whatever time does: what it adds to
 * the priority of one it adds to all. They are kept in order.
 */
final class Lane {
  /** All places are looked at for the shortest once one of so many has left. */
  private static final int LOOKED_AT = 8;

  private final long kind;
  private final Band band;
  private final Demand demand;
  private final boolean prefers;
  private Standing[] places = new Standing[16];
  private int size;
  private final List<Standing> leaving = new ArrayList<>();
  private final List<Standing> coming = new ArrayList<>();

  private int next;
  private long believedMs = Long.MAX_VALUE;
  private long limitMs = Long.MAX_VALUE;

  /** How many have left since one of the shortest did; 0 while these are known. */
  private int leftSince;

  /** The walk that this is open for. */
  private Object walk;

  /**
   * A lane without places.
   *
   * @param demand what they all need, or null where that is not known
   * @param prefers whether they may take something else first
   */
  Lane(Band band, Demand demand, boolean prefers) {
    this.kind = kind(demand, prefers);
    this.band = band;
    this.demand = demand;
    this.prefers = prefers;
  }

  /** The same number for all that need the same. */
  static long kind(Demand demand, boolean prefers) {
    return (demand == null ? 0 : 2L * demand.number()) + (prefers ? 1 : 0);
  }

  long kind() {
    return kind;
  }

  Band band() {
    return band;
  }

  /** What all need that stand here and take nothing else, or null. */
  Demand demand() {
    return prefers ? null : demand;
  }

  /** What all need that stand here, or null where that is not known. */
  Demand neededDemand() {
    return demand;
  }

  /** None of its jobs is believed to run for a shorter time; hardly ever all for a longer one. */
  long believedMs() {
    return believedMs;
  }

  /** None of its jobs has a shorter limit; hardly ever all have longer ones. */
  long limitMs() {
    return limitMs;
  }

  /** Goes to the first place, if this walk has not opened it yet. */
  void open(Object forWalk) {
    if (walk != forWalk) {
      walk = forWalk;
      next = 0;
    }
  }

  /** Whether the walk has passed no place. */
  boolean isAtFirst() {
    return next == 0;
  }

  /** Whether the walk has passed all places. */
  boolean isPassed() {
    return next == size;
  }

  /** The first place that the walk has not passed. */
  Standing head() {
    return places[next];
  }

  /**
   * Passes it, and all behind it that a limit is known to keep out; says whether there is another.
   *
   * @param limits of the pass, or null where nobody was asked
   */
  boolean advance(LimitTree limits) {
    next++;
    while (limits != null && next < size && places[next].isBlocked(limits)) {
      next++;
    }
    return next < size;
  }

  /** Whether its first place comes before that of another lane. */
  boolean isBefore(Lane other) {
    Standing mine = head();
    Standing its = other.head();
    return JobOrder.Spot.compare(
            mine.spot(), mine.micro() + band.micro(), its.spot(), its.micro() + other.band.micro())
        < 0;
  }

  /** Which of two lanes of the same band has the better first place. */
  static int compareFirst(Lane one, Lane other) {
    return compare(one.places[0], other.places[0]);
  }

  int size() {
    return size;
  }

  Standing get(int i) {
    return places[i];
  }

  /** Whether anything is to be put in its place by {@link #settle}; says so once. */
  boolean leave(Standing place) {
    leaving.add(place);
    return leaving.size() + coming.size() == 1;
  }

  boolean come(Standing place) {
    coming.add(place);
    return leaving.size() + coming.size() == 1;
  }

  /** Takes out what leaves, then puts in what comes. */
  void settle() {
    removeAll();
    addAll();
    for (Standing each : leaving) {
      boolean shortest = each.believedMs() == believedMs || each.limitMs() == limitMs;
      leftSince += leftSince > 0 || shortest ? 1 : 0;
    }
    if (leftSince * LOOKED_AT > size) {
      leftSince = 0;
      believedMs = Long.MAX_VALUE;
      limitMs = Long.MAX_VALUE;
      for (int i = 0; i < size; i++) {
        shorten(places[i]);
      }
    } else {
      coming.forEach(this::shorten);
    }
    leaving.clear();
    coming.clear();
  }

  private void shorten(Standing place) {
    believedMs = Math.min(believedMs, place.believedMs());
    limitMs = Math.min(limitMs, place.limitMs());
  }

  private void removeAll() {
    int[] at = new int[leaving.size() + 1];
    for (int i = 0; i < leaving.size(); i++) {
      at[i] = find(leaving.get(i));
      if (at[i] == size || places[at[i]] != leaving.get(i)) {
        throw new IllegalStateException(leaving.get(i).spot() + " is not in its place");
      }
    }
    at[leaving.size()] = size;
    Arrays.sort(at);
    for (int i = 0; i < leaving.size(); i++) {
      int from = at[i] + 1;
      System.arraycopy(places, from, places, from - i - 1, at[i + 1] - from);
    }
    Arrays.fill(places, size - leaving.size(), size, null);
    size -= leaving.size();
  }

  private void addAll() {
    coming.sort(Lane::compare);
    if (size + coming.size() > places.length) {
      places = Arrays.copyOf(places, Math.max(size * 2, size + coming.size()));
    }
    int end = size;
    for (int i = coming.size() - 1; i >= 0; i--) {
      int at = find(coming.get(i));
      System.arraycopy(places, at, places, at + i + 1, end - at);
      places[at + i] = coming.get(i);
      end = at;
    }
    size += coming.size();
  }

  private int find(Standing place) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (compare(places[middle], place) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private static int compare(Standing one, Standing other) {
    return JobOrder.Spot.compare(one.spot(), one.micro(), other.spot(), other.micro());
  }
}
