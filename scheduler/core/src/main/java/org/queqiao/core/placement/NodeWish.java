package org.queqiao.core.placement;

import java.util.NavigableSet;
import java.util.TreeSet;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.node.NodeSettings;

/**
 * Which nodes a job may use, and in which groups: one group of any of them, or the nodes that must
 * be among its own and then others, or one group for each count of its constraint and then others.
 */
public final class NodeWish {
  /** Any node. */
  public static final NodeWish ANY = new NodeWish(null, null, new TreeSet<>(), Constraint.NONE);

  private final NavigableSet<NodeName> partition;
  private final NavigableSet<NodeName> included;
  private final NavigableSet<NodeName> excluded;
  private final Constraint constraint;

  private NodeWish(
      NavigableSet<NodeName> partition,
      NavigableSet<NodeName> included,
      NavigableSet<NodeName> excluded,
      Constraint constraint) {
    this.partition = partition;
    this.included = included;
    this.excluded = excluded;
    this.constraint = constraint;
  }

  /**
   * What a job wishes in a partition.
   *
   * @param partition the nodes of the partition, or null for all
   * @throws IllegalArgumentException when one of the texts cannot be read
   */
  public static NodeWish of(JobPlacement placement, NavigableSet<NodeName> partition) {
    boolean any =
        partition == null
            && placement.nodeList().isEmpty()
            && placement.excludeNodes().isEmpty()
            && placement.constraint().isEmpty();
    return any
        ? ANY
        : new NodeWish(
            partition,
            placement.nodeList().isEmpty() ? null : HostList.parse(placement.nodeList()),
            placement.excludeNodes().isEmpty()
                ? new TreeSet<>()
                : HostList.parse(placement.excludeNodes()),
            Constraint.parse(placement.constraint()));
  }

  /** Whether it may use every node. */
  public boolean isAny() {
    return this == ANY;
  }

  public Constraint constraint() {
    return constraint;
  }

  /** How many nodes must be among its own. */
  public int includedNodes() {
    return included == null ? 0 : included.size();
  }

  /** The groups that a node may serve, as a mask; 0 when the job may not use it. */
  public int groups(NodeName name, NodeSettings settings) {
    if ((partition != null && !partition.contains(name)) || excluded.contains(name)) {
      return 0;
    }
    if (constraint.every() != null && !constraint.every().holds(settings.features())) {
      return 0;
    }
    if (included != null) {
      return included.contains(name) ? 1 : 2;
    }
    int groups = 1 << constraint.counted().size();
    for (int i = 0; i < constraint.counted().size(); i++) {
      groups |= constraint.counted().get(i).term().holds(settings.features()) ? 1 << i : 0;
    }
    return groups;
  }

  /** How many nodes of a job of so many belong to each group. */
  int[] sizes(int nodes) {
    if (included != null) {
      return new int[] {included.size(), Math.max(0, nodes - included.size())};
    }
    int[] sizes = new int[constraint.counted().size() + 1];
    int rest = nodes;
    for (int i = 0; i < sizes.length - 1; i++) {
      sizes[i] = constraint.counted().get(i).nodes();
      rest -= sizes[i];
    }
    sizes[sizes.length - 1] = Math.max(0, rest);
    return sizes;
  }
}
