package org.queqiao.core.plan;

import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.core.placement.Capacity;
import org.queqiao.core.placement.NodeCapacity;
import org.queqiao.core.state.Node;
import org.queqiao.core.state.NodeTable;

/** The free capacity as it will be after the choices of this pass: copies of the touched nodes. */
final class Trial implements Iterable<Capacity> {
  private final NodeTable nodes;
  private final TreeMap<NodeName, NodeCapacity> touched = new TreeMap<>();

  Trial(NodeTable nodes) {
    this.nodes = nodes;
  }

  void take(List<Allocation> allocations) {
    for (Allocation each : allocations) {
      touched
          .computeIfAbsent(each.node(), name -> nodes.find(name).orElseThrow().capacity().copy())
          .take(each);
    }
  }

  /** The nodes that take runs, by name. */
  @Override
  public Iterator<Capacity> iterator() {
    Iterator<Node> open = nodes.open().values().iterator();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return open.hasNext();
      }

      @Override
      public Capacity next() {
        Node node = open.next();
        NodeCapacity copy = touched.get(node.name());
        return copy == null ? node.capacity() : copy;
      }
    };
  }
}
