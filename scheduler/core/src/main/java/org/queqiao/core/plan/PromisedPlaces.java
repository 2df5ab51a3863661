package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.PromisedNodes;
import org.queqiao.contract.snapshot.PromisedRoom;
import org.queqiao.core.placement.HostList;

/** The room of promises: in the numbers of a planner, and in the names that are stated. */
final class PromisedPlaces {
  private final List<NodeName> names;
  private final TreeMap<NodeName, Integer> numbers;
  private final int nodes;
  private final int licenceNode;

  /** With so many numbers, of which one may stand for the licences. */
  PromisedPlaces(
      List<NodeName> names, TreeMap<NodeName, Integer> numbers, int nodes, int licenceNode) {
    this.names = names;
    this.nodes = nodes;
    this.numbers = numbers;
    this.licenceNode = licenceNode;
  }

  /** Where room is held for a job; null where the names of its nodes take too much space. */
  PromisedNodes stated(PlanJob job) {
    Promises.Hold room = job.room();
    List<String> groups = new ArrayList<>();
    int at = 0;
    long length = 0;
    for (int size : sizes(room.demand())) {
      List<NodeName> group = new ArrayList<>();
      for (int beyond = at + size; at < beyond; at++) {
        if (room.on()[at] != licenceNode) {
          group.add(names.get(room.on()[at]));
        }
      }
      String text = HostList.of(group);
      length += text.length();
      groups.add(text);
    }
    int alternative = job.demand().alternatives().indexOf(room.demand());
    return length > HostList.MAX_CHARACTERS ? null : new PromisedNodes(alternative, groups);
  }

  /**
   * Room as it was stated; null where it does not serve any more what is asked for: other
   * alternatives are left, a node is gone or may not be used, or the switches are others.
   */
  Promises.Hold held(Demand demand, PromisedRoom room) {
    List<Demand> all = demand.alternatives();
    List<String> groups = room.nodes().groups();
    int alternative = room.nodes().alternative();
    if (alternative >= all.size() || sizes(all.get(alternative)).length != groups.size()) {
      return null;
    }
    Demand served = all.get(alternative);
    int[] sizes = sizes(served);
    int[] on = new int[served.shares()];
    int at = 0;
    for (int group = 0; group < sizes.length; group++) {
      int[] of = sizes[group] == 0 ? new int[0] : numbers(groups.get(group));
      if (of.length != sizes[group] || !allows(served, group, of)) {
        return null;
      }
      System.arraycopy(of, 0, on, at, of.length);
      at += of.length;
    }
    return lies(served, sizes, on) ? new Promises.Hold(room.fromMs(), served, on) : null;
  }

  /** How many shares of a demand are alike, one after the other. */
  private static int[] sizes(Demand demand) {
    if (!demand.isParted()) {
      return new int[] {demand.largeShares(), demand.shares() - demand.largeShares()};
    }
    int[] sizes = new int[demand.parts().count()];
    for (int part = 0; part < sizes.length; part++) {
      sizes[part] = demand.parts().wanted(part);
    }
    return sizes;
  }

  /** The numbers of nodes, without those that are gone; of no name the licences. */
  private int[] numbers(String group) {
    return group.isEmpty()
        ? new int[] {licenceNode}
        : HostList.parse(group).stream()
            .filter(numbers::containsKey)
            .mapToInt(numbers::get)
            .toArray();
  }

  private static boolean allows(Demand demand, int group, int[] on) {
    NodeChoice choice = demand.isParted() ? demand.part(group).nodes() : demand.nodes();
    return Arrays.stream(on).allMatch(choice::allows);
  }

  /** Whether nodes lie to each other as they must. */
  private boolean lies(Demand demand, int[] sizes, int[] on) {
    if (!demand.demandsArrangement()) {
      return true;
    }
    byte[] masks = new byte[nodes];
    int at = 0;
    for (int part = 0; part < sizes.length; part++) {
      for (int beyond = at + sizes[part]; at < beyond; at++) {
        masks[on[at]] |= (byte) (1 << part);
      }
    }
    boolean lies = demand.choose(masks) != null;
    demand.takeLooked();
    return lies;
  }
}
