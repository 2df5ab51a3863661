package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The nodes of a pool by what a job gets there that takes of a node what that has: by all their
 * cores, or by the memory that goes with a core. Of one size those that are given away first are
 * the first. A pool keeps its sizes, so each order is made once.
 */
final class NodesBySize {
  private final NodePool pool;

  /** Not a node; before all others. */
  private final int licences;

  private Order byCores;
  private Order byMemory;

  /** The size and the place of each node, and the least size. */
  private record Order(long[] sizes, int[] places, long least) {}

  NodesBySize(NodePool pool, int licences) {
    this.pool = pool;
    this.licences = licences;
  }

  /** How many nodes are smaller than the greatest of some, or of its size and before it. */
  int beforeGreatest(Demand demand, int[] nodes) {
    Order order = order(demand);
    int before = 0;
    long greatest = order.least();
    for (int node : nodes) {
      before = Math.max(before, order.places()[node]);
      greatest = Math.max(greatest, order.sizes()[node]);
    }
    return greatest == order.least() ? 0 : before;
  }

  /** So many of the smallest nodes, and the licences. */
  NodeChoice smallest(Demand demand, int count) {
    int[] places = order(demand).places();
    return node -> places[node] < count;
  }

  private Order order(Demand demand) {
    if (demand.takesWholeNodes()) {
      byCores = byCores == null ? make(true) : byCores;
      return byCores;
    }
    byMemory = byMemory == null ? make(false) : byMemory;
    return byMemory;
  }

  private Order make(boolean cores) {
    long[] sizes = new long[pool.nodes()];
    List<Integer> nodes = new ArrayList<>();
    for (int node = 0; node < sizes.length; node++) {
      if (node != licences) {
        sizes[node] = cores ? pool.allCores(node) : pool.memoryPerCore(node);
        nodes.add(node);
      }
    }
    nodes.sort(Comparator.comparingLong(node -> sizes[node]));
    int[] places = new int[sizes.length];
    for (int place = 0; place < nodes.size(); place++) {
      places[nodes.get(place)] = place;
    }
    if (licences < places.length) {
      places[licences] = -1;
    }
    return new Order(sizes, places, nodes.isEmpty() ? 0 : sizes[nodes.getFirst()]);
  }
}
