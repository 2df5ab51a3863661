package org.queqiao.core.placement;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.queqiao.contract.node.NodeFacts;

/**
 * What nodes of one kind offer when nothing runs on them. A large centre has a handful of kinds, so
 * questions about all nodes are asked once for each kind.
 *
 * @param cores core count
 * @param memBytes memory
 * @param gres inventory, by resource and model
 */
public record NodeShape(int cores, long memBytes, List<NodeFacts.GresInventory> gres)
    implements Comparable<NodeShape> {
  private static final Comparator<NodeFacts.GresInventory> BY_MODEL =
      Comparator.comparing(NodeFacts.GresInventory::name)
          .thenComparing(NodeFacts.GresInventory::type)
          .thenComparingInt(NodeFacts.GresInventory::count);
  private static final Comparator<NodeShape> ORDER =
      Comparator.comparingInt(NodeShape::cores)
          .thenComparingLong(NodeShape::memBytes)
          .thenComparing(NodeShape::gres, NodeShape::compareGres);

  public NodeShape {
    gres = List.copyOf(gres);
  }

  /** The shape of a node. */
  public static NodeShape of(NodeFacts facts) {
    List<NodeFacts.GresInventory> gres = new ArrayList<>(facts.gres());
    gres.sort(BY_MODEL);
    return new NodeShape(facts.cores(), facts.memBytes(), gres);
  }

  @Override
  public int compareTo(NodeShape other) {
    return ORDER.compare(this, other);
  }

  private static int compareGres(
      List<NodeFacts.GresInventory> left, List<NodeFacts.GresInventory> right) {
    for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
      int order = BY_MODEL.compare(left.get(i), right.get(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(left.size(), right.size());
  }
}
