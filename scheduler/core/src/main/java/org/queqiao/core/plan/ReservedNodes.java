package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.reservation.Reservation;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.ReservationState;

/**
 * The reservations of a cluster as a plan sees them: for each node the windows in which it is kept,
 * for jobs of no reservation and for those of each one. Good until a reservation changes, opens or
 * closes.
 */
final class ReservedNodes {
  /**
   * How many occurrences of a reservation a plan looks ahead. A start now meets the next one; later
   * ones only move promises.
   */
  private static final int AHEAD = 32;

  private final Cluster cluster;
  private final SortedMap<NodeName, Integer> numbers;
  private final int size;
  private final TreeMap<ReservationName, KeptNodes> inside = new TreeMap<>();
  private final KeptNodes outside;

  /**
   * Reads the tables.
   *
   * @param numbers the number of each node
   * @param size how many nodes the plan has, with those that have no name
   */
  ReservedNodes(Cluster cluster, SortedMap<NodeName, Integer> numbers, int size) {
    this.cluster = cluster;
    this.numbers = numbers;
    this.size = size;
    this.outside = cluster.reservations().isEmpty() ? KeptNodes.NONE : kept(null);
  }

  boolean isEmpty() {
    return outside == KeptNodes.NONE;
  }

  /** When nodes are kept from jobs that use this reservation, or none when it is null. */
  KeptNodes keptFrom(ReservationName name) {
    return name == null ? outside : inside.computeIfAbsent(name, this::kept);
  }

  private KeptNodes kept(ReservationName name) {
    Windows[] windows = new Windows[size];
    TreeMap<String, Windows> shared = new TreeMap<>();
    List<Integer> kept = new ArrayList<>();
    for (NodeName node : cluster.reservations().nodes()) {
      List<ReservationState> others = new ArrayList<>(cluster.reservations().on(node));
      others.removeIf(each -> each.rules().name().equals(name));
      if (!others.isEmpty()) {
        String key = String.join(" ", others.stream().map(o -> o.rules().name().value()).toList());
        int number = numbers.get(node);
        windows[number] = shared.computeIfAbsent(key, _ -> windows(others));
        kept.add(number);
      }
    }
    return new Kept(windows, kept.stream().mapToInt(each -> each).toArray());
  }

  /** What a kind of job may use, of the nodes of a reservation alone; of all when it is null. */
  ClusterChoices.Choice within(ReservationName name, ClusterChoices.Choice choice) {
    if (name == null) {
      return choice;
    }
    BitSet own = new BitSet(size);
    for (NodeName node : cluster.reservations().find(name).orElseThrow().rules().nodes()) {
      own.set(numbers.get(node));
    }
    List<NodeChoice> groups = new ArrayList<>();
    for (NodeChoice each : choice.groups()) {
      groups.add(node -> own.get(node) && each.allows(node));
    }
    List<ClusterChoices.Choice> others =
        choice.others().stream().map(each -> within(name, each)).toList();
    return new ClusterChoices.Choice(choice.number(), choice.wish(), groups, others);
  }

  private Windows windows(List<ReservationState> reservations) {
    List<long[]> all = new ArrayList<>();
    for (ReservationState each : reservations) {
      Reservation rules = each.rules();
      long begin = each.startMs();
      for (int i = 0; i < AHEAD && begin != Reservation.NEVER; i++) {
        all.add(new long[] {begin, begin + rules.durationMs()});
        begin = rules.occurrenceFollowing(begin);
      }
    }
    all.sort((left, right) -> Long.compare(left[0], right[0]));
    return new Windows(
        all.stream().mapToLong(each -> each[0]).toArray(),
        all.stream().mapToLong(each -> each[1]).toArray());
  }

  /** Nodes with windows. */
  private static final class Kept implements KeptNodes {
    private final Windows[] windows;
    private final int[] nodes;

    private Kept(Windows[] windows, int[] nodes) {
      this.windows = windows;
      this.nodes = nodes;
    }

    @Override
    public int[] nodes() {
      return nodes;
    }

    @Override
    public boolean clear(int node, long until) {
      return windows[node] == null || windows[node].clear(until);
    }

    @Override
    public long earliest(int node, long from, long duration) {
      return windows[node] == null ? from : windows[node].earliest(from, duration);
    }
  }
}
