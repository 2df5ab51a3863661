package org.queqiao.core.explain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.core.placement.JobParts;
import org.queqiao.core.placement.NodeNeed;
import org.queqiao.core.placement.NodeWish;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.Node;

/**
 * What a job would get on the smallest nodes of which enough have room, where it takes of a node
 * what that has: all its cores, or the memory that goes with those that it asks for. Of nodes up to
 * the least such size it gets those that are given away first, as the planner does it.
 */
final class SmallestNodes {
  /** Of more sizes some are tried, the greatest among them. */
  private static final int MAX_SIZES = 9;

  private final Cluster cluster;

  SmallestNodes(Cluster cluster) {
    this.cluster = cluster;
  }

  /**
   * The least that it can get now on some nodes.
   *
   * @return nothing where it gets everywhere what it asks for, or there is no room
   */
  List<Allocation> of(Job job, List<Node> nodes) {
    JobSpec asked = job.spec();
    boolean exclusive = asked.placement().exclusive();
    boolean memoryOfNode =
        asked.components().stream().anyMatch(each -> each.memOnNode(each.nodes() - 1) == 0);
    if (!exclusive && !memoryOfNode) {
      return List.of();
    }
    ToLongFunction<Node> size =
        node -> exclusive ? node.facts().cores() : node.facts().memBytes() / node.facts().cores();
    List<NodeWish> alternatives = cluster.wishOf(asked).alternatives();
    List<Node> all = inOrder(nodes);
    for (long most : some(new TreeSet<>(all.stream().map(size::applyAsLong).toList()))) {
      List<Node> small = all.stream().filter(each -> size.applyAsLong(each) <= most).toList();
      for (JobSpec spec : asked.shapes()) {
        for (NodeWish wish : alternatives) {
          List<Allocation> found = on(small, spec, wish);
          if (!found.isEmpty()) {
            return found;
          }
        }
      }
    }
    return List.of();
  }

  private static List<Long> some(TreeSet<Long> sizes) {
    List<Long> all = List.copyOf(sizes);
    List<Long> some = new ArrayList<>();
    int steps = Math.min(MAX_SIZES, all.size());
    for (int i = 0; i < steps; i++) {
      some.add(all.get(steps == 1 ? 0 : i * (all.size() - 1) / (steps - 1)));
    }
    return some;
  }

  /** As the planner gives them away. */
  private List<Node> inOrder(List<Node> nodes) {
    List<Node> sorted = new ArrayList<>(nodes);
    sorted.sort(
        Comparator.comparingInt((Node node) -> node.settings().weight())
            .thenComparingInt(node -> cluster.policy().switches().leafOf(node.name())));
    return sorted;
  }

  private static List<Allocation> on(List<Node> sorted, JobSpec spec, NodeWish wish) {
    JobParts parts = JobParts.of(spec, wish);
    byte[] masks = new byte[sorted.size()];
    for (int i = 0; i < masks.length; i++) {
      Node node = sorted.get(i);
      int groups = wish.groups(node.name(), node.settings());
      masks[i] = (byte) parts.mask(groups, need -> node.capacity().choose(need) != null);
    }
    int[] on = parts.parts().choose(masks);
    List<Allocation> found = new ArrayList<>();
    for (int i = 0; on != null && i < on.length; i++) {
      Node node = sorted.get(on[i]);
      Allocation here = node.capacity().choose(NodeNeed.of(spec, i));
      if (here == null) {
        return List.of();
      }
      found.add(here.on(node.facts(), node.settings().type()));
    }
    return found;
  }
}
