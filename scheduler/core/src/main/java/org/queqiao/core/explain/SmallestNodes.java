package org.queqiao.core.explain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.core.placement.JobParts;
import org.queqiao.core.placement.NodeNeed;
import org.queqiao.core.placement.NodeWish;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.Node;

/**
 * What a job would get on the smallest nodes that have room, where it takes of a node what that
 * has: all its cores, or the memory that goes with those that it asks for.
 */
final class SmallestNodes {
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
    Comparator<Node> smallest =
        exclusive
            ? Comparator.comparingInt(node -> node.facts().cores())
            : Comparator.comparingLong(node -> node.facts().memBytes() / node.facts().cores());
    List<Node> sorted = new ArrayList<>(nodes);
    sorted.sort(smallest);
    List<NodeWish> alternatives = cluster.wishOf(asked).alternatives();
    for (JobSpec spec : asked.shapes().reversed()) {
      for (NodeWish wish : alternatives) {
        List<Allocation> found = on(sorted, spec, wish);
        if (!found.isEmpty()) {
          return found;
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
