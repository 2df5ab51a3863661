package org.queqiao.core.state;

import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.job.JobComponent;
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

  /** To ask so many nodes for their groups costs as much as to ask all shapes for one need. */
  private static final int NODES_FOR_ONE = 200;

  private final Cluster cluster;
  private final TreeMap<WishKey, List<SortedMap<Integer, Map<NodeShape, Integer>>>> all =
      new TreeMap<>();

  /** Only looked up, never gone through. */
  private final LinkedHashMap<Need, Usable> usable = new LinkedHashMap<>();

  private long seen;
  private long wishedAt;
  private boolean stale;
  private Fabric fabric;
  private WishedNodes wished;
  private List<Feasibility.Offer> offers = List.of();

  /** What decides which nodes a job could use: its own nodes say what its components ask for. */
  private record Need(PartitionName partition, JobComponent own) {
    private static Need of(JobSpec spec) {
      return new Need(spec.partition(), spec.own());
    }
  }

  /** What jobs of one need could use, and whether that is enough. */
  private record Usable(BitSet nodes, boolean fits) {}

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
            : Feasibility.check(spec, wish, of(spec, wish));
    boolean lies = Arrangement.isDemandedBy(spec);
    return impossible.isPresent() || !lies
        ? impossible
        : Feasibility.checkLayout(spec, wish, fabric(), offers);
  }

  /** Whether a job would fit if the nodes that take runs were idle. */
  public boolean fitUsable(JobSpec spec) {
    return usable(spec).fits();
  }

  /**
   * The nodes that take runs and could serve a job when they are idle, as numbers that hold until a
   * node or a partition changes. The set is not the caller's: it may be that of others, too.
   */
  public BitSet nodes(JobSpec spec) {
    BitSet known = usable(spec).nodes();
    if (spec.reservation() == null) {
      return known;
    }
    BitSet own = wished().reserved(spec);
    own.and(known);
    return own;
  }

  /**
   * How much it costs to be asked what a job could use: nothing where that is known, and the more
   * nodes there are the more where nobody has wished for the same before.
   */
  public int cost(JobSpec spec) {
    WishedNodes sets = wished();
    if (usable.containsKey(Need.of(spec))) {
      return 0;
    }
    return 1 + (sets.isNew(spec) ? cluster.nodes().all().size() / NODES_FOR_ONE : 0);
  }

  private Usable usable(JobSpec spec) {
    WishedNodes sets = wished();
    Need need = Need.of(spec);
    Usable known = usable.get(need);
    if (known == null) {
      if (usable.size() >= MAX_KNOWN) {
        usable.clear();
      }
      boolean fits = spec.shapes().stream().anyMatch(each -> shapeFitsUsable(each, sets));
      known = new Usable(sets.of(spec), fits);
      usable.put(need, known);
    }
    return known;
  }

  private boolean shapeFitsUsable(JobSpec spec, WishedNodes sets) {
    Map<NodeShape, Integer> shapes = cluster.nodes().usableShapes();
    NodeWish wish = cluster.wishOf(spec);
    return !shapes.isEmpty()
        && (wish.isAny()
                ? Feasibility.check(spec, shapes)
                : Feasibility.check(spec, wish, sets.counts(spec, wish)))
            .isEmpty();
  }

  private WishedNodes wished() {
    forgetWhatChanged();
    long named = cluster.nodes().settingsVersion() + cluster.policy().version();
    if (wished == null || named != wishedAt) {
      wishedAt = named;
      wished = new WishedNodes(cluster);
      stale = false;
    }
    if (stale) {
      wished.takesRuns();
      stale = false;
    }
    return wished;
  }

  private void forgetWhatChanged() {
    long now = cluster.nodes().version() + cluster.policy().version();
    if (now != seen) {
      seen = now;
      all.clear();
      usable.clear();
      fabric = null;
      stale = true;
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
  private List<SortedMap<Integer, Map<NodeShape, Integer>>> of(JobSpec spec, NodeWish wish) {
    forgetWhatChanged();
    if (all.size() >= MAX_KNOWN) {
      all.clear();
    }
    return all.computeIfAbsent(
        WishKey.of(spec), _ -> Feasibility.byAlternatives(wish, cluster.nodes().offers(_ -> true)));
  }
}
