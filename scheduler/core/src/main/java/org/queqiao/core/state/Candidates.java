package org.queqiao.core.state;

import java.util.BitSet;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.core.placement.Arrangement;
import org.queqiao.core.placement.Fabric;
import org.queqiao.core.placement.Feasibility;
import org.queqiao.core.placement.NodeShape;
import org.queqiao.core.placement.NodeWish;

/**
 * Whether jobs could run on idle nodes, and on which. Which nodes jobs of one wish may use is
 * counted once and kept until a node or a partition changes. It is no part of the state: without it
 * every answer is the same, only later.
 */
public final class Candidates {
  private static final int MAX_KNOWN = 1_000;

  /** To ask so many nodes for their groups costs as much as to ask all shapes for one need. */
  private static final int NODES_FOR_ONE = 200;

  /** To look at so many nodes whose groups are known costs as much as to ask one for its groups. */
  private static final int LOOKS_FOR_ONE = 20;

  private final Cluster cluster;

  /** Only looked up, never gone through. */
  private final LinkedHashMap<Need, Usable> usable = new LinkedHashMap<>();

  private long walked;
  private long walkedForWishes;
  private long seen;
  private long wishedAt;
  private boolean stale;
  private Fabric fabric;
  private WishedNodes wished;

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
    return neverRuns(spec, true);
  }

  /** The same, where it does not lie as it must without words. */
  public Optional<Feasibility.Impossible> neverRuns(JobSpec spec, boolean inWords) {
    if (cluster.nodes().all().isEmpty()) {
      return Optional.empty();
    }
    NodeWish wish = cluster.wishOf(spec);
    boolean lies = Arrangement.isDemandedBy(spec);
    List<List<Feasibility.Served>> served =
        wish.isAny() && !lies ? null : wished().offered(spec, wish);
    Optional<Feasibility.Impossible> impossible = Optional.empty();
    List<JobSpec> shapes = spec.shapes();
    for (int i = 0; i < shapes.size(); i++) {
      // What is said is said of the last one.
      boolean said = inWords && i == shapes.size() - 1;
      impossible = shapeNeverRuns(shapes.get(i), wish, served, said);
      if (impossible.isEmpty()) {
        break;
      }
    }
    return impossible;
  }

  private void look(long nodes) {
    walked += nodes / LOOKS_FOR_ONE;
  }

  /** How many nodes were gone through for all answers, to tell what one of them cost. */
  public long walked() {
    return walked + walkedForWishes;
  }

  /** Those of them for layouts, which are the same whatever is known already. */
  public long walkedForLayouts() {
    return walked;
  }

  /** How many nodes {@link #neverRuns} goes through where nobody has had the same wish before. */
  public long walkedForWish(JobSpec spec) {
    NodeWish wish = cluster.wishOf(spec);
    return wish.isAny() && !Arrangement.isDemandedBy(spec)
        ? 0
        : (long) wish.alternatives().size() * cluster.nodes().all().size();
  }

  /** How many nodes {@link #neverRuns} goes through if one look is enough for each layout. */
  public long leastWalked(JobSpec spec) {
    if (!Arrangement.isDemandedBy(spec)) {
      return 0;
    }
    long layouts = (long) spec.shapes().size() * cluster.wishOf(spec).alternatives().size();
    return layouts * cluster.nodes().all().size() / LOOKS_FOR_ONE;
  }

  private Optional<Feasibility.Impossible> shapeNeverRuns(
      JobSpec spec, NodeWish wish, List<List<Feasibility.Served>> served, boolean inWords) {
    if (served == null) {
      return Feasibility.check(spec, cluster.nodes().shapes());
    }
    Optional<Feasibility.Impossible> impossible =
        Feasibility.check(spec, wish, WishedNodes.counts(served));
    return impossible.isPresent() || !Arrangement.isDemandedBy(spec)
        ? impossible
        : Feasibility.checkLayout(
            spec, wish, fabric(), served, new Feasibility.LayoutQuestion(inWords, this::look));
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

  /** The same numbers, of nodes by name. */
  public BitSet numbers(Collection<NodeName> nodes) {
    return wished().numbers(nodes);
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
                : Feasibility.check(spec, wish, sets.usable(spec, wish)))
            .isEmpty();
  }

  private WishedNodes wished() {
    forgetWhatChanged();
    long named = cluster.nodes().settingsVersion() + cluster.policy().version();
    if (wished == null || named != wishedAt) {
      wishedAt = named;
      wished = new WishedNodes(cluster, nodes -> walkedForWishes += nodes);
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
      usable.clear();
      fabric = null;
      stale = true;
    }
  }

  /** Of all nodes, in the order of their names. */
  private Fabric fabric() {
    forgetWhatChanged();
    if (fabric == null) {
      List<NodeName> names = cluster.nodes().all().stream().map(Node::name).toList();
      fabric = new Fabric(cluster.policy().switches(), names);
    }
    return fabric;
  }
}
