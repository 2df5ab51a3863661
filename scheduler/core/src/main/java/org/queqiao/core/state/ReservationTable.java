package org.queqiao.core.state;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.reservation.Reservation;
import org.queqiao.contract.snapshot.ReservationImage;

/**
 * The advance reservations, by name.
 *
 * <pre>
 *   byName   every reservation that has an occurrence left
 *   byNode   which of them keep a node
 *   edges    when time alone opens or closes one
 * </pre>
 *
 * The last two are derived.
 */
public final class ReservationTable {
  private final TreeMap<ReservationName, ReservationState> byName = new TreeMap<>();
  private final TreeMap<NodeName, TreeSet<ReservationName>> byNode = new TreeMap<>();
  private final TreeSet<Edge> edges = new TreeSet<>();

  ReservationTable() {}

  /** A moment at which a reservation opens or closes. */
  public record Edge(long timeMs, ReservationName reservation) implements Comparable<Edge> {
    @Override
    public int compareTo(Edge other) {
      int byTime = Long.compare(timeMs, other.timeMs);
      return byTime != 0 ? byTime : reservation.compareTo(other.reservation);
    }
  }

  void put(ReservationState state) {
    remove(state.rules().name());
    byName.put(state.rules().name(), state);
    edges.add(edge(state));
    for (NodeName node : state.rules().nodes()) {
      byNode.computeIfAbsent(node, _ -> new TreeSet<>()).add(state.rules().name());
    }
  }

  void remove(ReservationName name) {
    ReservationState state = byName.remove(name);
    if (state == null) {
      return;
    }
    edges.remove(edge(state));
    for (NodeName node : state.rules().nodes()) {
      byNode.computeIfPresent(
          node,
          (_, names) -> {
            names.remove(name);
            return names.isEmpty() ? null : names;
          });
    }
  }

  /** Runs a change of one reservation, keeping the edges right. */
  void change(ReservationState state, Runnable change) {
    edges.remove(edge(state));
    change.run();
    edges.add(edge(state));
  }

  private static Edge edge(ReservationState state) {
    return new Edge(state.nextEdgeMs(), state.rules().name());
  }

  public Optional<ReservationState> find(ReservationName name) {
    return Optional.ofNullable(byName.get(name));
  }

  /** Whether the jobs of a reservation may start. */
  public boolean isOpen(ReservationName name) {
    ReservationState state = byName.get(name);
    return state != null && state.isOpen();
  }

  /** All, by name. */
  public Collection<ReservationState> all() {
    return Collections.unmodifiableCollection(byName.values());
  }

  List<ReservationImage> images() {
    return byName.values().stream().map(ReservationState::image).toList();
  }

  public boolean isEmpty() {
    return byName.isEmpty();
  }

  /** When time alone opens or closes one, the earliest first. */
  public NavigableSet<Edge> edges() {
    return Collections.unmodifiableNavigableSet(edges);
  }

  /** When time alone opens or closes one next, or -1. */
  public long nextEdgeMs() {
    return edges.isEmpty() ? -1 : Math.max(0, edges.first().timeMs());
  }

  /** Those that keep a node, by name. */
  public List<ReservationState> on(NodeName node) {
    List<ReservationState> out = new ArrayList<>();
    for (ReservationName each : byNode.getOrDefault(node, new TreeSet<>())) {
      out.add(byName.get(each));
    }
    return out;
  }

  /** The nodes that any of them keeps, by name. */
  public NavigableSet<NodeName> nodes() {
    return Collections.unmodifiableNavigableSet(byNode.navigableKeySet());
  }

  /**
   * A reservation that keeps a node before a moment: whose occurrence begins before it and has not
   * closed. Only facts end it, so that what may start now grows by facts alone.
   *
   * @param except one that does not count, or null
   */
  public Optional<ReservationState> keeps(NodeName node, ReservationName except, long toMs) {
    for (ReservationState each : on(node)) {
      if (!each.rules().name().equals(except) && each.startMs() < toMs) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }

  /**
   * Whether a run may begin now on these nodes: not on a node that another reservation keeps before
   * the run must have ended, and in a reservation of its own only while that is open, on its nodes,
   * by those whom it admits.
   *
   * @param in the reservation that it uses, or null
   */
  public boolean permit(Job job, ReservationName in, List<Allocation> allocations, long nowMs) {
    if (byName.isEmpty()) {
      return in == null && job.spec().reservation() == null;
    }
    long untilMs = Math.addExact(nowMs, job.spec().limitMs());
    for (Allocation each : allocations) {
      if (keeps(each.node(), in, untilMs).isPresent()) {
        return false;
      }
    }
    ReservationName named = job.spec().reservation();
    if (in == null) {
      return named == null;
    }
    ReservationState state = byName.get(in);
    return state != null
        && state.isOpen()
        && nowMs < state.endMs()
        && state.rules().admits(job.user(), job.spec().project())
        && (in.equals(named) || named == null && state.rules().magnetic())
        && allocations.stream().allMatch(each -> keeps(in, each.node()));
  }

  private boolean keeps(ReservationName name, NodeName node) {
    TreeSet<ReservationName> names = byNode.get(node);
    return names != null && names.contains(name);
  }

  /** The first open one that a job uses without naming it, or null. */
  public Reservation magneticFor(Job job) {
    for (ReservationState each : byName.values()) {
      if (each.isOpen()
          && each.rules().magnetic()
          && each.rules().admits(job.user(), job.spec().project())) {
        return each.rules();
      }
    }
    return null;
  }

  /** Everything that is derived, for a comparison. */
  @Override
  public String toString() {
    return "by node " + byNode + ", edges " + edges;
  }
}
