package org.queqiao.accounting.metering;

import java.util.Collection;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.reservation.Reservation;

/**
 * Nodes and reservations, as far as the idle time of reservations needs them. Of nodes that no
 * reservation names it knows what they are, and nothing of the runs on them. It remembers what has
 * changed until {@link #written}.
 */
public final class ReservedBook {
  /** A node may be silent for so long before the log says so. */
  private static final long LATE_MS = 600_000;

  /** With so many moments to remember of one node its reservation is settled early. */
  private static final int MOST_STEPS = 4_096;

  private final TreeMap<NodeName, NodeNow> nodes = new TreeMap<>();
  private final TreeMap<ReservationName, Kept> reservations = new TreeMap<>();
  private final TreeMap<NodeName, NodeTime> times = new TreeMap<>();
  private final TreeSet<NodeName> changedNodes = new TreeSet<>();
  private final TreeSet<NodeName> changedTimes = new TreeSet<>();
  private final TreeSet<ReservationName> changed = new TreeSet<>();
  private final TreeSet<ReservationName> full = new TreeSet<>();
  private long dueMs = Long.MAX_VALUE;

  /** What the log says of a node from now on, or from a moment that has passed. */
  public void node(NodeName name, UnaryOperator<NodeNow> change, long atMs) {
    NodeNow before = nodes.getOrDefault(name, new NodeNow(name, 0, "", false, false));
    NodeNow after = change.apply(before);
    nodes.put(name, after);
    changedNodes.add(name);
    NodeTime time = times.get(name);
    if (time != null && (before.usable() != after.usable() || !after.up())) {
      time.cores(after.usable(), atMs);
      stepped(name, time);
    }
  }

  /** A node as it is now. */
  public NodeNow node(NodeName name) {
    return nodes.getOrDefault(name, new NodeNow(name, 0, "", false, false));
  }

  /** Whether a reservation names any node. */
  public boolean watches() {
    return !times.isEmpty();
  }

  /** A run holds so many more cores of a node from a moment on, or fewer. */
  public void held(NodeName node, int change, long atMs) {
    NodeTime time = times.get(node);
    if (time != null) {
      time.held(change, atMs);
      stepped(node, time);
    }
  }

  private void stepped(NodeName node, NodeTime time) {
    changedTimes.add(node);
    if (time.steps() > MOST_STEPS) {
      for (Kept each : reservations.values()) {
        if (each.open() && each.rules().nodes().contains(node)) {
          full.add(each.rules().name());
          dueMs = 0;
        }
      }
    }
  }

  public Optional<Kept> find(ReservationName name) {
    return Optional.ofNullable(reservations.get(name));
  }

  /** Those of some nodes that it does not watch yet. */
  public Set<NodeName> unknown(Collection<NodeName> some) {
    TreeSet<NodeName> out = new TreeSet<>(some);
    out.removeAll(times.keySet());
    return out;
  }

  /**
   * A reservation exists, closed.
   *
   * @param heldNow cores that runs hold of those of its nodes that are not watched yet
   */
  public void define(Reservation rules, Function<NodeName, Integer> heldNow) {
    reservations.put(rules.name(), new Kept(rules, false, 0, 0));
    changed.add(rules.name());
    for (NodeName each : rules.nodes()) {
      if (!times.containsKey(each)) {
        times.put(each, new NodeTime(heldNow.apply(each), node(each).usable()));
        changedTimes.add(each);
      }
    }
  }

  /** Its occurrence goes on from a moment on. */
  public void open(ReservationName name, long startMs, long atMs, BillingCalendar calendar) {
    Kept kept = reservations.get(name);
    reservations.put(name, new Kept(kept.rules(), true, startMs, atMs));
    changed.add(name);
    for (NodeName each : kept.rules().nodes()) {
      times.get(each).keep(atMs);
      changedTimes.add(each);
    }
    reckon(calendar);
  }

  /**
   * Its occurrence is over and settled. Nodes that the next reservation keeps already go on being
   * kept for it.
   */
  public void close(ReservationName name, BillingCalendar calendar) {
    Kept kept = reservations.get(name);
    reservations.put(name, new Kept(kept.rules(), false, 0, 0));
    changed.add(name);
    for (NodeName each : kept.rules().nodes()) {
      long unsettledMs = unsettledMs(each);
      if (unsettledMs == Long.MAX_VALUE) {
        times.get(each).leave(kept.settledMs());
      } else {
        times.get(each).settled(unsettledMs);
      }
      changedTimes.add(each);
    }
    reckon(calendar);
  }

  /**
   * From when on an open reservation needs what is remembered of a node; the end of time if none.
   */
  private long unsettledMs(NodeName node) {
    long firstMs = Long.MAX_VALUE;
    for (Kept each : reservations.values()) {
      if (each.open() && each.rules().nodes().contains(node)) {
        firstMs = Math.min(firstMs, each.settledMs());
      }
    }
    return firstMs;
  }

  /** It is no more. */
  public void remove(ReservationName name) {
    Kept kept = reservations.remove(name);
    changed.add(name);
    for (NodeName each : kept.rules().nodes()) {
      if (reservations.values().stream().noneMatch(one -> one.rules().nodes().contains(each))) {
        times.remove(each);
        changedTimes.add(each);
      }
    }
  }

  /** Core-milliseconds of a node that nobody held. */
  public long idleCoreMs(NodeName node, long fromMs, long toMs) {
    return times.get(node).idleCoreMs(fromMs, toMs);
  }

  /** The time of an occurrence is metered until a moment. */
  public void settled(ReservationName name, long untilMs, BillingCalendar calendar) {
    Kept kept = reservations.get(name);
    reservations.put(name, kept.settled(untilMs));
    changed.add(name);
    full.remove(name);
    for (NodeName each : kept.rules().nodes()) {
      times.get(each).settled(unsettledMs(each));
      changedTimes.add(each);
    }
    reckon(calendar);
  }

  private void reckon(BillingCalendar calendar) {
    dueMs = full.isEmpty() ? Long.MAX_VALUE : 0;
    for (Kept each : reservations.values()) {
      if (each.open()) {
        dueMs = Math.min(dueMs, Math.addExact(calendar.nextDayMs(each.settledMs()), LATE_MS));
      }
    }
  }

  /**
   * What is to be settled now, by reservation, and until when: days that have been over for ten
   * minutes, and what would be too much to remember.
   */
  public Map<ReservationName, Long> due(long nowMs, BillingCalendar calendar) {
    if (nowMs < dueMs) {
      return Map.of();
    }
    TreeMap<ReservationName, Long> all = new TreeMap<>();
    for (Kept each : reservations.values()) {
      if (each.open()) {
        long lateMs = Math.min(nowMs - LATE_MS, each.endMs());
        long dayMs = calendar.startMs(calendar.day(lateMs));
        long untilMs = full.contains(each.rules().name()) ? lateMs : Math.min(dayMs, lateMs);
        if (untilMs > each.settledMs()) {
          all.put(each.rules().name(), untilMs);
        }
      }
    }
    full.clear();
    if (all.isEmpty()) {
      reckon(calendar);
    }
    return all;
  }

  /** The nodes that changed and were not written. */
  public NavigableSet<NodeName> changedNodes() {
    return Collections.unmodifiableNavigableSet(changedNodes);
  }

  /** The reservations that changed and were not written; some are no more. */
  public NavigableSet<ReservationName> changedReservations() {
    return Collections.unmodifiableNavigableSet(changed);
  }

  /** Watched nodes that changed and were not written. */
  public NavigableSet<NodeName> changedTimes() {
    return Collections.unmodifiableNavigableSet(changedTimes);
  }

  /** What is remembered of a watched node as a text, or null of one that is not watched. */
  public String time(NodeName node) {
    NodeTime time = times.get(node);
    return time == null ? null : time.write();
  }

  /** All changes are written. */
  public void written() {
    changed.clear();
    changedNodes.clear();
    changedTimes.clear();
  }

  /** Takes up what was written. */
  public void restore(
      Collection<NodeNow> ofNodes,
      Collection<Kept> ofReservations,
      Map<NodeName, String> ofTimes,
      BillingCalendar calendar) {
    ofNodes.forEach(each -> nodes.put(each.node(), each));
    ofReservations.forEach(each -> reservations.put(each.rules().name(), each));
    ofTimes.forEach((node, text) -> times.put(node, NodeTime.read(text)));
    reckon(calendar);
  }
}
