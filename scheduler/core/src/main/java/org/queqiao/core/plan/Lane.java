package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;
import org.queqiao.core.priority.JobOrder;

/**
 * Places of jobs that need the same and never pass each other, whatever time does: what it adds to
 * the priority of one it adds to all. They are kept in order.
 */
final class Lane {
  private final Key key;
  private final Demand demand;
  private Standing[] places = new Standing[16];
  private int size;
  private final List<Standing> leaving = new ArrayList<>();
  private final List<Standing> coming = new ArrayList<>();

  /**
   * Which lane.
   *
   * @param project whose share counts, or null where shares have no weight
   * @param user or null
   * @param ageing whether they grow older: not once they have the full age
   * @param demand the number of what they all need
   * @param prefers whether they may take something else first
   */
  record Key(ProjectName project, UserName user, boolean ageing, int demand, boolean prefers)
      implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int order = Integer.compare(demand, other.demand);
      order = order != 0 ? order : Boolean.compare(ageing, other.ageing);
      order = order != 0 ? order : Boolean.compare(prefers, other.prefers);
      if (order != 0 || project == null) {
        return order;
      }
      order = project.compareTo(other.project);
      return order != 0 ? order : user.compareTo(other.user);
    }
  }

  private int next;
  private long micro;

  /**
   * A lane without places.
   *
   * @param demand what they all need, or null where that is not known
   */
  Lane(Key key, Demand demand) {
    this.key = key;
    this.demand = demand;
  }

  /** What all need that stand here and take nothing else, or null. */
  Demand demand() {
    return key.prefers() ? null : demand;
  }

  /** What all need that stand here, or null where that is not known. */
  Demand neededDemand() {
    return demand;
  }

  /** Goes to the first place, for a walk. */
  void begin(long microOfAll) {
    next = 0;
    micro = microOfAll;
  }

  /** The first place that the walk has not passed. */
  Standing head() {
    return places[next];
  }

  /** Passes it; says whether there is another. */
  boolean advance() {
    return ++next < size;
  }

  /** Whether its first place comes before that of another lane. */
  boolean isBefore(Lane other) {
    Standing mine = head();
    Standing its = other.head();
    return JobOrder.Spot.compare(
            mine.spot(), mine.micro() + micro, its.spot(), its.micro() + other.micro)
        < 0;
  }

  Key key() {
    return key;
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
    leaving.clear();
    coming.clear();
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
