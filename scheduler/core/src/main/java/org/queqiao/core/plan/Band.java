package org.queqiao.core.plan;

import java.util.Comparator;
import java.util.TreeSet;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.UserName;

/**
 * The lanes of one member of a project that grow older alike. What time and use add to the priority
 * of one of their places they add to all, so that the order of the lanes by their first places
 * changes only when one of these does: a walk opens them one after the other as it comes to them.
 */
final class Band {
  private static final Comparator<Lane> BY_FIRST =
      ((Comparator<Lane>) Lane::compareFirst).thenComparingLong(Lane::kind);

  private final Key key;
  private final TreeSet<Lane> lanes = new TreeSet<>(BY_FIRST);
  private long micro;

  /**
   * Which band.
   *
   * @param project whose share counts, or null where shares have no weight
   * @param user or null
   * @param ageing whether they grow older: not once they have the full age
   */
  record Key(ProjectName project, UserName user, boolean ageing) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int order = Boolean.compare(ageing, other.ageing);
      if (order != 0 || project == null) {
        return order;
      }
      order = project.compareTo(other.project);
      return order != 0 ? order : user.compareTo(other.user);
    }
  }

  Band(Key key) {
    this.key = key;
  }

  Key key() {
    return key;
  }

  boolean isEmpty() {
    return lanes.isEmpty();
  }

  /** A lane that has places comes to where its first place belongs. */
  void add(Lane lane) {
    lanes.add(lane);
  }

  /** A lane that has places leaves, before they change. */
  void remove(Lane lane) {
    lanes.remove(lane);
  }

  /** What is added to the priorities of all in the walk that begins. */
  void begin(long microOfAll) {
    micro = microOfAll;
  }

  long micro() {
    return micro;
  }

  /** The lane with the best place. */
  Lane first() {
    return lanes.first();
  }

  /** The lane whose first place is the next best after that of another, or null. */
  Lane after(Lane lane) {
    return lanes.higher(lane);
  }
}
