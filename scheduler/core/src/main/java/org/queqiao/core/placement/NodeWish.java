package org.queqiao.core.placement;

import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.node.NodeSettings;

/**
 * Which nodes a job may use, and in which groups: one group of any of them, or the nodes that must
 * be among its own and then others, or one group for each count of its constraint and then others.
 */
public final class NodeWish {
  /** Any node. */
  public static final NodeWish ANY =
      new NodeWish(null, null, new TreeSet<>(), Constraint.NONE, List.of());

  private final NavigableSet<NodeName> partition;
  private final NavigableSet<NodeName> included;
  private final NavigableSet<NodeName> excluded;
  private final Constraint constraint;

  /** Of the components of the job, each of which is a group behind the first. */
  private final List<Constraint> components;

  private NodeWish(
      NavigableSet<NodeName> partition,
      NavigableSet<NodeName> included,
      NavigableSet<NodeName> excluded,
      Constraint constraint,
      List<Constraint> components) {
    this.components = components;
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
            && placement.components().isEmpty()
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
            Constraint.parse(placement.constraint()),
            placement.components().stream()
                .map(each -> Constraint.parse(each.constraint()))
                .toList());
  }

  /** Whether it may use every node. */
  public boolean isAny() {
    return this == ANY;
  }

  public Constraint constraint() {
    return constraint;
  }

  /**
   * The wishes of which one must be met by all nodes: this one alone, unless the nodes shall have
   * the same one of several features. Their groups have the same sizes.
   */
  public List<NodeWish> alternatives() {
    return constraint.same().isEmpty()
        ? List.of(this)
        : constraint.same().stream()
            .map(each ->
                new NodeWish(partition, included, excluded, constraint.with(each), components))
            .toList();
  }

  /** How many nodes must be among its own. */
  public int includedNodes() {
    return included == null ? 0 : included.size();
  }

  /**
   * The groups that a node may serve, as a mask; 0 when the job may not use it. Of several
   * alternatives any one counts.
   */
  public int groups(NodeName name, NodeSettings settings) {
    if ((partition != null && !partition.contains(name)) || excluded.contains(name)) {
      return 0;
    }
    if (!components.isEmpty()) {
      int groups = holds(constraint, settings) ? 1 : 0;
      for (int i = 0; i < components.size(); i++) {
        groups |= holds(components.get(i), settings) ? 2 << i : 0;
      }
      return groups;
    }
    if (!holds(constraint, settings)) {
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

  private static boolean holds(Constraint constraint, NodeSettings settings) {
    return constraint.holds(settings.features());
  }

  /** How many groups there are at most. */
  public int groupCount() {
    return 2 + Math.max(components.size(), constraint.counted().size());
  }

  /** How many nodes of a job belong to each group. */
  int[] sizes(JobSpec spec) {
    int nodes = spec.nodes();
    if (!components.isEmpty()) {
      int[] sizes = new int[components.size() + 1];
      sizes[0] = nodes;
      for (int i = 1; i < sizes.length; i++) {
        sizes[i] = spec.placement().components().get(i - 1).nodes();
      }
      return sizes;
    }
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
