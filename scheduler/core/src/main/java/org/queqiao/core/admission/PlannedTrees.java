package org.queqiao.core.admission;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.account.PlannedChange;
import org.queqiao.contract.event.DomainDefined;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.core.state.Cluster;

/**
 * The trees of research domains from now on: that of now, and behind each planned change that of
 * then. Each of them must be one, so that nothing that was planned is illegal when its time comes.
 */
final class PlannedTrees {
  private final TreeMap<DomainCode, DomainCode> parents = new TreeMap<>();
  private final TreeMap<DomainCode, TreeSet<DomainCode>> parts = new TreeMap<>();

  private PlannedTrees(Map<DomainCode, DomainCode> now) {
    now.forEach(this::put);
  }

  /**
   * The first planned change with which there is no tree any more.
   *
   * @param change which one
   * @param problem what would be, in words
   */
  record Fault(PlannedChange change, String problem) {}

  /** The parents of now. */
  static Map<DomainCode, DomainCode> now(Cluster cluster) {
    TreeMap<DomainCode, DomainCode> now = new TreeMap<>();
    for (DomainDefined each : cluster.accounts().domains()) {
      if (each.parent() != null) {
        now.put(each.code(), each.parent());
      }
    }
    return now;
  }

  /** What would go wrong with these changes, one after the other, on a tree of now. */
  static Optional<Fault> fault(
      Map<DomainCode, DomainCode> now, Iterable<PlannedChange> inTheirOrder) {
    PlannedTrees trees = new PlannedTrees(now);
    for (PlannedChange each : inTheirOrder) {
      if (each.content() instanceof PlannedChange.Place place) {
        Optional<String> problem = trees.move(place.domain(), place.parent());
        if (problem.isPresent()) {
          return Optional.of(new Fault(each, problem.get()));
        }
      }
    }
    return Optional.empty();
  }

  private void put(DomainCode domain, DomainCode parent) {
    parents.put(domain, parent);
    parts.computeIfAbsent(parent, _ -> new TreeSet<>()).add(domain);
  }

  private Optional<String> move(DomainCode domain, DomainCode parent) {
    DomainCode before = parents.remove(domain);
    if (before != null) {
      parts.get(before).remove(domain);
    }
    if (parent == null) {
      return Optional.empty();
    }
    int above = 0;
    for (DomainCode at = parent; at != null; at = parents.get(at)) {
      if (at.equals(domain)) {
        return Optional.of(
            "make " + domain + " part of itself, as " + parent + " is or is part of it by then");
      }
      above++;
    }
    put(domain, parent);
    int levels = above + height(domain);
    return levels <= DomainDefined.MOST_LEVELS
        ? Optional.empty()
        : Optional.of(
            "make "
                + levels
                + " levels of domains with "
                + domain
                + " below "
                + parent
                + ": there are at most "
                + DomainDefined.MOST_LEVELS);
  }

  /** How many levels stand from one downwards; there is no circle below it. */
  private int height(DomainCode top) {
    int height = 0;
    TreeSet<DomainCode> level = new TreeSet<>();
    level.add(top);
    while (!level.isEmpty()) {
      height++;
      TreeSet<DomainCode> below = new TreeSet<>();
      level.forEach(each -> below.addAll(parts.getOrDefault(each, new TreeSet<>())));
      level = below;
    }
    return height;
  }
}
