package org.queqiao.core.placement;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.node.NodeSettings;

/**
 * Which nodes a job may use, and in which groups: for its own nodes, and then for those of each of
 * its components, one group of any of them, or the nodes that must be among them and then others,
 * or one group for each count of their constraint and then others.
 */
public final class NodeWish {
  /** Any node. */
  public static final NodeWish ANY = new NodeWish(null, List.of(new Kind(Constraint.NONE)));

  private final NavigableSet<NodeName> partition;

  /** Of its own nodes, then of each component. */
  private final List<Kind> kinds;

  /** What is asked of the nodes of one component. */
  private record Kind(
      NavigableSet<NodeName> included, NavigableSet<NodeName> excluded, Constraint constraint) {
    private Kind(Constraint constraint) {
      this(null, new TreeSet<>(), constraint);
    }

    private static Kind of(JobPlacement placement, String excludedFromAll) {
      TreeSet<NodeName> excluded = new TreeSet<>();
      for (String each : List.of(excludedFromAll, placement.excludeNodes())) {
        excluded.addAll(each.isEmpty() ? List.of() : HostList.parse(each));
      }
      return new Kind(
          placement.nodeList().isEmpty() ? null : HostList.parse(placement.nodeList()),
          excluded,
          Constraint.parse(placement.constraint()));
    }

    private int count() {
      return included != null ? 2 : constraint.counted().size() + 1;
    }

    private int groups(NodeName name, NodeSettings settings) {
      if (excluded.contains(name) || !constraint.holds(settings.features())) {
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

    private int[] sizes(int nodes) {
      if (included != null) {
        return new int[] {included.size(), Math.max(0, nodes - included.size())};
      }
      int[] sizes = new int[count()];
      int rest = nodes;
      for (int i = 0; i < sizes.length - 1; i++) {
        sizes[i] = constraint.counted().get(i).nodes();
        rest -= sizes[i];
      }
      sizes[sizes.length - 1] = Math.max(0, rest);
      return sizes;
    }

    private List<Kind> alternatives() {
      return constraint.same().isEmpty()
          ? List.of(this)
          : constraint.same().stream()
              .map(each -> new Kind(included, excluded, constraint.with(each)))
              .toList();
    }
  }

  private NodeWish(NavigableSet<NodeName> partition, List<Kind> kinds) {
    this.partition = partition;
    this.kinds = List.copyOf(kinds);
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
    if (any) {
      return ANY;
    }
    List<Kind> kinds = new ArrayList<>();
    kinds.add(Kind.of(placement, ""));
    for (JobComponent each : placement.components()) {
      kinds.add(Kind.of(each.placement(), placement.excludeNodes()));
    }
    return new NodeWish(partition, kinds);
  }

  /** Whether it may use every node. */
  public boolean isAny() {
    return this == ANY;
  }

  /**
   * The wishes of which one must be met by all nodes: this one alone, unless the nodes of a
   * component shall have the same one of several features. Their groups have the same sizes.
   */
  public List<NodeWish> alternatives() {
    List<List<Kind>> ways = List.of(List.of());
    for (Kind kind : kinds) {
      List<List<Kind>> longer = new ArrayList<>();
      for (List<Kind> way : ways) {
        for (Kind each : kind.alternatives()) {
          List<Kind> one = new ArrayList<>(way);
          one.add(each);
          longer.add(one);
        }
      }
      ways = longer;
    }
    return ways.size() == 1
        ? List.of(this)
        : ways.stream().map(each -> new NodeWish(partition, each)).toList();
  }

  /** How many nodes must be among its own, or among those of a component. */
  int includedNodes(int component) {
    NavigableSet<NodeName> included = kinds.get(component).included();
    return included == null ? 0 : included.size();
  }

  /**
   * The groups that a node may serve, as a mask; 0 when the job may not use it. Of several
   * alternatives any one counts.
   */
  public int groups(NodeName name, NodeSettings settings) {
    if (!hasInPartition(name)) {
      return 0;
    }
    int groups = 0;
    int first = 0;
    for (Kind each : kinds) {
      groups |= each.groups(name, settings) << first;
      first += each.count();
    }
    return groups;
  }

  /** Whether a node is of the partition of the job, whatever else it asks for. */
  public boolean hasInPartition(NodeName name) {
    return partition == null || partition.contains(name);
  }

  /** How many groups there are. */
  public int groupCount() {
    return kinds.stream().mapToInt(Kind::count).sum();
  }

  /** How many groups a component has; 0 is the job's own nodes. */
  public int groupCount(int component) {
    return kinds.get(component).count();
  }

  /** How many of so many nodes of a component belong to each of its groups. */
  public int[] sizes(int component, int nodes) {
    return kinds.get(component).sizes(nodes);
  }

  /** The groups of which a job needs any nodes, as a mask: those of its own nodes come first. */
  public int needed(JobSpec spec) {
    int needed = 0;
    int group = 0;
    for (int component = 0; component < kinds.size(); component++) {
      for (int size : sizes(component, spec.components().get(component).nodes())) {
        needed |= size > 0 ? 1 << group : 0;
        group++;
      }
    }
    return needed;
  }

  /** Whether the nodes of a component are named; else their groups are counts, and others. */
  public boolean isNamed(int component) {
    return kinds.get(component).included() != null;
  }
}
