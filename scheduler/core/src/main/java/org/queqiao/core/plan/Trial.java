package org.queqiao.core.plan;

import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.core.placement.Capacity;
import org.queqiao.core.placement.NodeCapacity;
import org.queqiao.core.state.NodeTable;

/** The free capacity as it will be after the choices of this slice: copies of the touched nodes. */
final class Trial {
  private final NodeTable nodes;
  private final TreeMap<NodeName, NodeCapacity> touched = new TreeMap<>();

  Trial(NodeTable nodes) {
    this.nodes = nodes;
  }

  void take(List<Allocation> allocations) {
    allocations.forEach(each -> touch(each.node()).take(each));
  }

  /** Cores that are kept for others are there too. */
  void give(NodeName node, BitSet cores) {
    touch(node).give(new Allocation(node, cores.stream().boxed().toList(), 0, List.of()));
  }

  private NodeCapacity touch(NodeName node) {
    return touched.computeIfAbsent(node, name -> nodes.find(name).orElseThrow().capacity().copy());
  }

  /** What is left on a node. */
  Capacity find(NodeName name) {
    NodeCapacity copy = touched.get(name);
    return copy == null ? nodes.find(name).orElseThrow().capacity() : copy;
  }
}
