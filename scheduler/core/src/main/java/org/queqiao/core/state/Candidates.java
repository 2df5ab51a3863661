package org.queqiao.core.state;

import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.core.placement.Arrangement;
import org.queqiao.core.placement.Fabric;
import org.queqiao.core.placement.Feasibility;
import org.queqiao.core.placement.NodeShape;
import org.queqiao.core.placement.NodeWish;
import org.queqiao.core.placement.WishKey;

/**
 * Whether jobs could run on idle nodes, and on which. Which nodes jobs of one wish may use is
 * counted once and kept until a node or a partition changes. It is no part of the state: without it
 * every answer is the same, only later.
 */
public final class Candidates {
  private static final int MAX_KNOWN = 1_000;

  private final Cluster cluster;
  private final TreeMap<WishKey, List<SortedMap<Integer, Map<NodeShape, Integer>>>> all =
      new TreeMap<>();
  private final TreeMap<WishKey, List<SortedMap<Integer, Map<NodeShape, Integer>>>> usable =
      new TreeMap<>();
  private long seen;
  private Fabric fabric;
  private WishedNodes wished;
  private List<Feasibility.Offer> offers = List.of();

  Candidates(Cluster cluster) {
    this.cluster = cluster;
  }

  /** Why a job can never run, if it cannot; without any node nothing is impossible yet. */
  public Optional<Feasibility.Impossible> neverRuns(JobSpec spec) {
    if (cluster.nodes().all().isEmpty()) {
      return Optional.empty();
    }
    Optional<Feasibility.Impossible> impossible = Optional.empty();
    for (JobSpec each : spec.shapes()) {
      impossible = shapeNeverRuns(each);
      if (impossible.isEmpty()) {
        break;
      }
    }
    return impossible;
  }

  private Optional<Feasibility.Impossible> shapeNeverRuns(JobSpec spec) {
    NodeWish wish = cluster.wishOf(spec);
    Optional<Feasibility.Impossible> impossible =
        wish.isAny()
            ? Feasibility.check(spec, cluster.nodes().shapes())
            : Feasibility.check(spec, wish, of(spec, wish, all, false));
    boolean lies = Arrangement.isDemandedBy(spec);
    return impossible.isPresent() || !lies
        ? impossible
        : Feasibility.checkLayout(spec, wish, fabric(), offers);
  }

  /** Whether a job would fit if the nodes that take runs were idle. */
  public boolean fitUsable(JobSpec spec) {
    return spec.shapes().stream().anyMatch(this::shapeFitsUsable);
  }

  private boolean shapeFitsUsable(JobSpec spec) {
    Map<NodeShape, Integer> shapes = cluster.nodes().usableShapes();
    NodeWish wish = cluster.wishOf(spec);
    return !shapes.isEmpty()
        && (wish.isAny()
                ? Feasibility.check(spec, shapes)
                : Feasibility.check(spec, wish, of(spec, wish, usable, true)))
            .isEmpty();
  }

  /**
   * The nodes that take runs and could serve a job when they are idle, as numbers that hold until a
   * node or a partition changes; more than those where very many jobs wish for different nodes.
   */
  public BitSet nodes(JobSpec spec) {
    forgetWhatChanged();
    if (wished == null) {
      wished = new WishedNodes(cluster);
    }
    return wished.of(spec);
  }

  private void forgetWhatChanged() {
    long now = cluster.nodes().version() + cluster.policy().version();
    if (now != seen) {
      seen = now;
      all.clear();
      usable.clear();
      fabric = null;
      wished = null;
    }
  }

  /** Of all nodes, in the order of their names; also sets the offers. */
  private Fabric fabric() {
    forgetWhatChanged();
    if (fabric == null) {
      offers = cluster.nodes().offers(_ -> true);
      fabric =
          new Fabric(
              cluster.policy().switches(), offers.stream().map(Feasibility.Offer::name).toList());
    }
    return fabric;
  }

  /** Of each alternative of a wish. */
  private List<SortedMap<Integer, Map<NodeShape, Integer>>> of(
      JobSpec spec,
      NodeWish wish,
      TreeMap<WishKey, List<SortedMap<Integer, Map<NodeShape, Integer>>>> known,
      boolean onlyUsable) {
    forgetWhatChanged();
    if (known.size() >= MAX_KNOWN) {
      known.clear();
    }
    return known.computeIfAbsent(
        WishKey.of(spec),
        _ ->
            Feasibility.byAlternatives(
                wish, cluster.nodes().offers(node -> !onlyUsable || node.takesRuns())));
  }
}
