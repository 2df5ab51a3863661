package org.queqiao.core.state;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.core.placement.Feasibility.Served;
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

  private static final int MAX_ASKED = 250;

  private final Cluster cluster;
  private final TreeMap<NodeName, Integer> numbers = new TreeMap<>();

  /** Those that take runs. */
  private final TreeMap<NodeShape, Kind> kinds = new TreeMap<>();

  /** All of them. */
  private final TreeMap<NodeShape, Kind> allKinds = new TreeMap<>();

  /** What jobs wish that wait. */
  private final Sets wished = new Sets(MAX_WISHES);

  /** What those wish that come. */
  private final Sets asked = new Sets(MAX_ASKED);

  private final LongConsumer walked;

  /** Nodes that offer the same. */
  private record Kind(NodeCapacity idle, BitSet nodes) {
    private static void put(TreeMap<NodeShape, Kind> kinds, Node node, int number) {
      kinds
          .computeIfAbsent(
              NodeShape.of(node.facts()),
              _ -> new Kind(NodeCapacity.idle(node.facts()), new BitSet()))
          .nodes()
          .set(number);
    }
  }

  /**
   * For the nodes that there are.
   *
   * @param walked is told how many nodes were gone through for a wish
   */
  WishedNodes(Cluster cluster, LongConsumer walked) {
    this.cluster = cluster;
    this.walked = walked;
    for (Node each : cluster.nodes().all()) {
      numbers.put(each.name(), numbers.size());
    }
    takesRuns();
  }

  /** Other nodes take runs now, or offer something else. */
  void takesRuns() {
    kinds.clear();
    allKinds.clear();
    int number = 0;
    for (Node each : cluster.nodes().all()) {
      Kind.put(allKinds, each, number);
      if (each.takesRuns()) {
        Kind.put(kinds, each, number);
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
    for (TreeMap<Integer, BitSet> alternative : wished.of(spec, wish)) {
      alternative.forEach((groups, nodes) -> {
        if ((groups & needed) != 0) {
          out.or(nodes);
        }
      });
    }
    return out;
  }

  /** Of each alternative of a wish, how many nodes that take runs serve which groups, by shape. */
  List<SortedMap<Integer, Map<NodeShape, Integer>>> usable(JobSpec spec, NodeWish wish) {
    return counts(served(wished.of(spec, wish), kinds));
  }

  /** Of each alternative of a wish of a job that comes, all nodes that serve it. */
  List<List<Served>> offered(JobSpec spec, NodeWish wish) {
    return served(asked.of(spec, wish), allKinds);
  }

  private static List<List<Served>> served(
      List<TreeMap<Integer, BitSet>> alternatives, TreeMap<NodeShape, Kind> kinds) {
    List<List<Served>> out = new ArrayList<>();
    for (TreeMap<Integer, BitSet> alternative : alternatives) {
      List<Served> one = new ArrayList<>();
      alternative.forEach((groups, nodes) ->
          kinds.forEach((shape, kind) -> {
            BitSet both = (BitSet) kind.nodes().clone();
            both.and(nodes);
            if (!both.isEmpty()) {
              one.add(new Served(groups, shape, both));
            }
          }));
      out.add(one);
    }
    return out;
  }

  /** How many they are. */
  static List<SortedMap<Integer, Map<NodeShape, Integer>>> counts(List<List<Served>> served) {
    List<SortedMap<Integer, Map<NodeShape, Integer>>> out = new ArrayList<>();
    for (List<Served> alternative : served) {
      TreeMap<Integer, Map<NodeShape, Integer>> byGroups = new TreeMap<>();
      for (Served each : alternative) {
        byGroups
            .computeIfAbsent(each.groups(), _ -> new TreeMap<>())
            .put(each.shape(), each.nodes().cardinality());
      }
      out.add(byGroups);
    }
    return out;
  }

  /** Whether all nodes must be gone through for a job that waits. */
  boolean isNew(JobSpec spec) {
    return !wished.has(spec) && !cluster.wishOf(spec).isAny();
  }

  /** Of each alternative of a wish, the nodes by the groups that they serve. */
  private final class Sets {
    private final int most;
    private final TreeMap<WishKey, List<TreeMap<Integer, BitSet>>> known = new TreeMap<>();

    private Sets(int most) {
      this.most = most;
    }

    private boolean has(JobSpec spec) {
      return known.containsKey(WishKey.of(spec));
    }

    private List<TreeMap<Integer, BitSet>> of(JobSpec spec, NodeWish wish) {
      WishKey key = WishKey.of(spec);
      List<TreeMap<Integer, BitSet>> sets = known.get(key);
      if (sets == null) {
        if (known.size() >= most) {
          known.clear();
        }
        sets = wish.alternatives().stream().map(this::set).toList();
        known.put(key, sets);
      }
      return sets;
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
      walked.accept(number);
      return out;
    }
  }

  /** The nodes of the reservation of a job. */
  BitSet reserved(JobSpec spec) {
    return cluster
        .reservations()
        .find(spec.reservation())
        .map(state -> numbers(state.rules().nodes()))
        .orElseGet(BitSet::new);
  }

  /** The numbers of nodes that there are. */
  BitSet numbers(Collection<NodeName> nodes) {
    BitSet out = new BitSet();
    for (NodeName each : nodes) {
      Integer number = numbers.get(each);
      if (number != null) {
        out.set(number);
      }
    }
    return out;
  }
}
