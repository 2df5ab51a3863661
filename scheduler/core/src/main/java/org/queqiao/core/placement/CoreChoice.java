package org.queqiao.core.placement;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.node.NodeFacts;

/**
 * Which free cores of a node a run gets: all in one NUMA node if one has room, the one with the
 * least room that is enough; else on as few sockets as possible, and there in as few NUMA nodes;
 * the lowest ids of each.
 */
final class CoreChoice {
  /** Of cores that no NUMA node lists. */
  private static final int NO_SOCKET = -1;

  private CoreChoice() {}

  /** A NUMA node with what is free in it. */
  private record Domain(int socket, BitSet free) {
    int room() {
      return free.cardinality();
    }
  }

  /**
   * Chooses.
   *
   * @param free the ids of the free cores, at least {@code count} of them
   * @return ascending ids
   */
  static List<Integer> choose(List<NodeFacts.NumaNode> numa, BitSet free, int count) {
    if (numa.isEmpty()) {
      return lowest(free, count);
    }
    List<Domain> domains = domains(numa, free);
    Domain alone = smallestWithRoom(domains, count);
    BitSet chosen = new BitSet();
    if (alone != null) {
      take(alone, count, chosen);
    } else {
      List<Domain> near = onFewSockets(domains, count);
      near.sort(Comparator.comparingInt(each -> -each.room()));
      int left = count;
      while (left > 0) {
        // The last one is the one with the least room that is enough.
        Domain last = smallestWithRoom(near, left);
        Domain next = last == null ? near.getFirst() : last;
        near.remove(next);
        left -= take(next, left, chosen);
      }
    }
    return lowest(chosen, count);
  }

  private static List<Domain> domains(List<NodeFacts.NumaNode> numa, BitSet free) {
    List<Domain> domains = new ArrayList<>();
    BitSet rest = (BitSet) free.clone();
    for (NodeFacts.NumaNode each : numa) {
      BitSet mine = new BitSet();
      each.cores().forEach(mine::set);
      mine.and(free);
      rest.andNot(mine);
      domains.add(new Domain(each.socket(), mine));
    }
    if (!rest.isEmpty()) {
      domains.add(new Domain(NO_SOCKET, rest));
    }
    return domains;
  }

  private static Domain smallestWithRoom(List<Domain> domains, int count) {
    Domain best = null;
    for (Domain each : domains) {
      if (each.room() >= count && (best == null || each.room() < best.room())) {
        best = each;
      }
    }
    return best;
  }

  /** The domains of one socket that has room, the one with the least, else of the roomiest few. */
  private static List<Domain> onFewSockets(List<Domain> domains, int count) {
    TreeMap<Integer, Integer> room = new TreeMap<>();
    domains.forEach(each -> room.merge(each.socket(), each.room(), Integer::sum));
    List<Integer> sockets = new ArrayList<>(room.keySet());
    sockets.sort(Comparator.comparingInt(socket -> -room.get(socket)));
    List<Integer> mine = new ArrayList<>();
    int left = count;
    while (left > 0) {
      Integer last = null;
      for (Integer each : sockets) {
        last = room.get(each) >= left ? each : last;
      }
      Integer next = last == null ? sockets.getFirst() : last;
      sockets.remove(next);
      mine.add(next);
      left -= room.get(next);
    }
    List<Domain> near = new ArrayList<>();
    for (Domain each : domains) {
      if (mine.contains(each.socket())) {
        near.add(each);
      }
    }
    return near;
  }

  private static int take(Domain from, int count, BitSet into) {
    int taken = 0;
    for (int id = from.free().nextSetBit(0);
        id >= 0 && taken < count;
        id = from.free().nextSetBit(id + 1)) {
      into.set(id);
      taken++;
    }
    return taken;
  }

  /** The lowest ids of a set. */
  static List<Integer> lowest(BitSet set, int count) {
    List<Integer> out = new ArrayList<>(count);
    for (int id = set.nextSetBit(0); out.size() < count; id = set.nextSetBit(id + 1)) {
      out.add(id);
    }
    return out;
  }
}
