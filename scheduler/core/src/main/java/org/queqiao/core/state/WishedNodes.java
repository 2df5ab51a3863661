package org.queqiao.core.state;

import java.util.BitSet;
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
 * Which of the nodes that take runs jobs could use, as sets of numbers: for one state of nodes and
 * partitions. A set is made once for each wish; what of it has what the job needs is found by the
 * shapes of the nodes, of which there are few.
 */
final class WishedNodes {
  /** So many sets of different wishes are kept; a new one beyond that is not made. */
  private static final int MAX_WISHES = 256;

  private final Cluster cluster;
  private final TreeMap<NodeName, Integer> numbers = new TreeMap<>();
  private final TreeMap<NodeShape, Kind> kinds = new TreeMap<>();
  private final TreeMap<WishKey, TreeMap<Integer, BitSet>> wished = new TreeMap<>();
  private int wishes;

  /** Nodes that offer the same. */
  private record Kind(NodeCapacity idle, BitSet nodes) {}

  WishedNodes(Cluster cluster) {
    this.cluster = cluster;
    for (Node each : cluster.nodes().all()) {
      int number = numbers.size();
      numbers.put(each.name(), number);
      if (each.takesRuns()) {
        kinds
            .computeIfAbsent(
                NodeShape.of(each.facts()),
                _ -> new Kind(NodeCapacity.idle(each.facts()), new BitSet()))
            .nodes()
            .set(number);
      }
    }
  }

  /** Those that could serve a job when they are idle; a set that nobody else has. */
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
      BitSet allowed = allowed(widest, wish);
      if (allowed != null) {
        out.and(allowed);
      }
    }
    if (spec.reservation() != null) {
      out.and(reserved(spec));
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

  /** Those that a wish allows; null when there are too many wishes to say. */
  private BitSet allowed(JobSpec spec, NodeWish wish) {
    int needed = wish.needed(spec);
    TreeMap<Integer, BitSet> known = wished.computeIfAbsent(WishKey.of(spec), _ -> new TreeMap<>());
    BitSet found = known.get(needed);
    if (found == null && wishes < MAX_WISHES) {
      wishes++;
      found = new BitSet();
      for (Node each : cluster.nodes().all()) {
        if ((wish.groups(each.name(), each.settings()) & needed) != 0) {
          found.set(numbers.get(each.name()));
        }
      }
      known.put(needed, found);
    }
    return found;
  }

  private BitSet reserved(JobSpec spec) {
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
