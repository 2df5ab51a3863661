package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.core.placement.NodeWish;
import org.queqiao.core.placement.WishKey;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Node;

/**
 * Which nodes, by number, the jobs of a cluster may use: read once for jobs of one partition that
 * wish for the same.
 */
final class ClusterChoices {
  private static final int MAX_KNOWN = 2_000;
  private static final Choice ANY = new Choice(0, NodeWish.ANY, List.of(NodeChoice.ALL), List.of());

  private final Cluster cluster;
  private final List<Node> nodes;
  private final TreeMap<WishKey, Choice> known = new TreeMap<>();
  private int lastNumber;

  /**
   * What a kind of job may use.
   *
   * @param number the same for jobs that may use the same
   * @param wish what it was made from
   * @param groups the nodes of each group of the wish
   * @param others what it may use as well, as a whole instead of this
   */
  record Choice(int number, NodeWish wish, List<NodeChoice> groups, List<Choice> others) {}

  /** For nodes that are numbered in this order. */
  ClusterChoices(Cluster cluster, List<NodeName> names) {
    this.cluster = cluster;
    this.nodes = new ArrayList<>(names.size());
    names.forEach(name -> nodes.add(cluster.nodes().find(name).orElseThrow()));
  }

  Choice of(JobSpec spec) {
    JobPlacement placement = spec.placement();
    boolean wishes =
        !placement.isDefault()
            && !(placement.constraint().isEmpty()
                && placement.components().isEmpty()
                && placement.nodeList().isEmpty()
                && placement.excludeNodes().isEmpty());
    if (!wishes && cluster.policy().nodesOf(spec.partition()) == null) {
      return ANY;
    }
    if (known.size() >= MAX_KNOWN) {
      known.clear();
    }
    return known.computeIfAbsent(WishKey.of(spec), _ -> make(cluster.wishOf(spec)));
  }

  private Choice make(NodeWish wish) {
    if (wish.isAny()) {
      return ANY;
    }
    List<NodeWish> alternatives = wish.alternatives();
    lastNumber++;
    List<Choice> others = new ArrayList<>();
    for (NodeWish each : alternatives.subList(1, alternatives.size())) {
      others.add(one(each, List.of()));
    }
    return one(alternatives.getFirst(), others);
  }

  private Choice one(NodeWish wish, List<Choice> others) {
    List<BitSet> groups = new ArrayList<>();
    for (int number = 0; number < nodes.size(); number++) {
      int mask = wish.groups(nodes.get(number).name(), nodes.get(number).settings());
      for (int group = 0; mask >> group != 0; group++) {
        if (groups.size() == group) {
          groups.add(new BitSet(nodes.size()));
        }
        if ((mask >> group & 1) == 1) {
          groups.get(group).set(number);
        }
      }
    }
    List<NodeChoice> choices = new ArrayList<>();
    groups.forEach(each -> choices.add(each::get));
    while (choices.size() < wish.groupCount()) {
      choices.add(_ -> false);
    }
    return new Choice(lastNumber, wish, choices, others);
  }
}
