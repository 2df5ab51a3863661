package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.core.placement.Capacity;
import org.queqiao.core.placement.NodeCapacity;
import org.queqiao.core.placement.NodeNeed;
import org.queqiao.core.state.Node;
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

  /**
   * Chooses cores and devices for a job on these nodes; none where one of them has no room.
   *
   * @param nodesOf of a job with components: how many of the nodes are its own, and of each
   */
  List<Allocation> choose(JobSpec asked, List<Integer> nodesOf, List<NodeName> on) {
    JobSpec spec = asked.sized(nodesOf.isEmpty() ? List.of(on.size()) : nodesOf);
    List<Allocation> chosen = new ArrayList<>();
    int component = 0;
    int left = nodesOf.isEmpty() ? on.size() : nodesOf.getFirst();
    for (NodeName each : on) {
      for (; left == 0; left = nodesOf.get(component)) {
        component++;
      }
      left--;
      Allocation here = find(each).choose(NodeNeed.of(spec, chosen.size()));
      if (here == null) {
        return List.of();
      }
      Node node = nodes.find(each).orElseThrow();
      chosen.add(here.on(node.facts(), node.settings().type()).of(component));
    }
    return chosen;
  }

  /** What is left on a node. */
  Capacity find(NodeName name) {
    NodeCapacity copy = touched.get(name);
    return copy == null ? nodes.find(name).orElseThrow().capacity() : copy;
  }
}
