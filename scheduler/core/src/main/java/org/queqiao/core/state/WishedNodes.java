package org.queqiao.core.state;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.core.placement.NodeCapacity;
import org.queqiao.core.placement.NodeNeed;
import org.queqiao.core.placement.NodeShape;
import org.queqiao.core.placement.NodeWish;
import org.queqiao.core.placement.WishKey;

/**
 * Which of the nodes that take runs jobs could use, as sets of numbers: for one list of nodes, what
 * the site says of them and of its partitions. All nodes are gone through once for each wish; what
 * of a set takes runs and has what the job needs is found by the shapes of the nodes, of which
 * there are few, so a node that goes or comes costs the sets nothing.
 */
final class WishedNodes {
  /** The sets of so many different wishes are kept; then all are made anew as they are needed. */
  private static final int MAX_WISHES = 1_000;

  private final Cluster cluster;
  private final TreeMap<NodeName, Integer> numbers = new TreeMap<>();
  private final TreeMap<NodeShape, Kind> kinds = new TreeMap<>();

  /** Of each alternative of a wish, by the groups that they serve. */
  private final TreeMap<WishKey, List<TreeMap<Integer, BitSet>>> wished = new TreeMap<>();

  /** Nodes that take runs and offer the same. */
  private record Kind(NodeCapacity idle, BitSet nodes) {}

  WishedNodes(Cluster cluster) {
    this.cluster = cluster;
    for (Node each : cluster.nodes().all()) {
      numbers.put(each.name(), numbers.size());
    }
    takesRuns();
  }

  /** Other nodes take runs now, or offer something else. */
  void takesRuns() {
    kinds.clear();
    int number = 0;
    for (Node each : cluster.nodes().all()) {
      if (each.takesRuns()) {
        kinds
            .computeIfAbsent(
                NodeShape.of(each.facts()),
                _ -> new Kind(NodeCapacity.idle(each.facts()), new BitSet()))
            .nodes()
            .set(number);
      }
      number++;
    }
  }

  /** Those that could serve a job when they are idle, whatever its reservation. */
  BitSet of(JobSpec spec) {
    JobSpec widest = spec.sized(spec.components().stream().map(JobComponent::mostNodes).toList());
    BitSet out = new BitSet();
    for (Kind each : kinds.values()) {
      if (serves(each, widest)) {
        out.or(each.nodes());
      }
    }
    NodeWish wish = cluster.wishOf(widest);
    if (!wish.isAny()) {
      out.and(allowed(widest, wish));
    }
    return out;
  }

  private static boolean serves(Kind kind, JobSpec spec) {
    for (JobComponent each : spec.components()) {
      int last = each.nodes() - 1;
      NodeNeed need =
          new NodeNeed(
              each.coresOnNode(last),
              each.memOnNode(last),
              each.gresOnNode(last),
              spec.placement().exclusive());
      if (kind.idle().choose(need) != null) {
        return true;
      }
    }
    return false;
  }

  private BitSet allowed(JobSpec spec, NodeWish wish) {
    int needed = wish.needed(spec);
    BitSet out = new BitSet();
    for (TreeMap<Integer, BitSet> alternative : sets(spec, wish)) {
      alternative.forEach((groups, nodes) -> {
        if ((groups & needed) != 0) {
          out.or(nodes);
        }
      });
    }
    return out;
  }

  /** Of each alternative of a wish, how many nodes that take runs serve which groups, by shape. */
  List<SortedMap<Integer, Map<NodeShape, Integer>>> counts(JobSpec spec, NodeWish wish) {
    List<SortedMap<Integer, Map<NodeShape, Integer>>> out = new ArrayList<>();
    for (TreeMap<Integer, BitSet> alternative : sets(spec, wish)) {
      TreeMap<Integer, Map<NodeShape, Integer>> byGroups = new TreeMap<>();
      alternative.forEach((groups, nodes) ->
          kinds.forEach((shape, kind) -> {
            BitSet both = (BitSet) kind.nodes().clone();
            both.and(nodes);
            if (!both.isEmpty()) {
              byGroups.computeIfAbsent(groups, _ -> new TreeMap<>()).put(shape, both.cardinality());
            }
          }));
      out.add(byGroups);
    }
    return out;
  }

  /** Whether all nodes must be gone through for a job. */
  boolean isNew(JobSpec spec) {
    return !wished.containsKey(WishKey.of(spec)) && !cluster.wishOf(spec).isAny();
  }

  private List<TreeMap<Integer, BitSet>> sets(JobSpec spec, NodeWish wish) {
    WishKey key = WishKey.of(spec);
    List<TreeMap<Integer, BitSet>> known = wished.get(key);
    if (known == null) {
      if (wished.size() >= MAX_WISHES) {
        wished.clear();
      }
      known = wish.alternatives().stream().map(this::set).toList();
      wished.put(key, known);
    }
    return known;
  }

  private TreeMap<Integer, BitSet> set(NodeWish alternative) {
    TreeMap<Integer, BitSet> out = new TreeMap<>();
    int number = 0;
    for (Node each : cluster.nodes().all()) {
      int groups = alternative.groups(each.name(), each.settings());
      if (groups != 0) {
        out.computeIfAbsent(groups, _ -> new BitSet()).set(number);
      }
      number++;
    }
    return out;
  }

  /** The nodes of the reservation of a job. */
  BitSet reserved(JobSpec spec) {
    BitSet out = new BitSet();
    cluster
        .reservations()
        .find(spec.reservation())
        .ifPresent(state ->
            state.rules().nodes().stream()
                .map(numbers::get)
                .filter(number -> number != null)
                .forEach(out::set));
    return out;
  }
}
