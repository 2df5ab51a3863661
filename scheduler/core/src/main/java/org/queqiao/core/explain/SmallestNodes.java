package org.queqiao.core.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.core.placement.JobParts;
import org.queqiao.core.placement.NodeNeed;
import org.queqiao.core.placement.NodeSizes;
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
    // As the planner gives them away.
    List<Node> all = new ArrayList<>(nodes);
    all.sort(cluster.policy().firstGiven());
    TreeSet<Long> sizes = new TreeSet<>();
    all.forEach(each -> sizes.add(size.applyAsLong(each)));
    for (long most : NodeSizes.some(sizes, MAX_SIZES)) {
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
