package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.Predicate;
import org.queqiao.core.placement.Arrangement;
import org.queqiao.core.placement.Parts;

/**
 * What a job needs in all: a share on each of so many nodes, of at most two sizes, on nodes that it
 * may use; or several parts that ask for different nodes. Jobs that need the same should have the
 * same instance: what one of them was refused is then not tried for the next.
 */
public final class Demand {
  private final Share large;
  private final int largeShares;
  private final Share small;
  private final int smallShares;
  private final NodeChoice nodes;
  private final long totalCores;
  private int number;
  private final long leastCores;
  private boolean namesNoModel;
  private boolean namesModel;

  /** Of a job with components: on how many nodes of its own, and of each component. */
  private List<Integer> nodesOf = List.of();

  /** At which times nodes are kept for others. */
  private KeptNodes kept = KeptNodes.NONE;

  /** What may be taken instead, as a whole. */
  private List<Demand> others = List.of();

  /** Null where two sizes on one choice of nodes say it all. */
  private final List<Part> parted;

  private final Parts parts;

  /** On how many nodes at most, and of what part those are that go beyond its shares. */
  private final int mostShares;

  private final int growing;

  /** How its nodes lie to each other; null for anyhow. */
  private final Arrangement arrangement;

  /** Of a run that shares cores with stopped ones: what it gives back, node by node; else null. */
  private Share[] held;

  /** For {@link TwoRounds} alone: the pass in which no room was found, and for which ends. */
  Object refusedIn;

  long refusedEnd;
  long refusedLimitEnd;

  /**
   * A part of a demand.
   *
   * @param share what it needs on each of its nodes
   * @param shares on how many nodes
   * @param nodes which nodes may serve it
   */
  public record Part(Share share, int shares, NodeChoice nodes) {}

  /** Shares of two sizes; every node that has room for a large one has room for a small one. */
  public Demand(Share large, int largeShares, Share small, int smallShares, NodeChoice nodes) {
    this(large, largeShares, small, smallShares, nodes, largeShares + smallShares);
  }

  /** The same, which takes more small shares when so many have room at its start. */
  public Demand(
      Share large,
      int largeShares,
      Share small,
      int smallShares,
      NodeChoice nodes,
      int mostShares) {
    this.large = large;
    this.largeShares = largeShares;
    this.small = small;
    this.smallShares = smallShares;
    this.nodes = nodes;
    this.totalCores = large.cores() * largeShares + small.cores() * smallShares;
    this.leastCores = small.cores();
    this.parted = null;
    this.parts = null;
    this.mostShares = mostShares;
    this.growing = 0;
    this.arrangement = null;
  }

  /** Parts that ask for different nodes; a node serves one of them. */
  public Demand(List<Part> parted) {
    this(parted, 0, 0);
  }

  /**
   * The same, which takes more shares when so many have room at its start.
   *
   * @param growing the part of which it takes more
   * @param more how many more at most
   */
  public Demand(List<Part> parted, int growing, int more) {
    this(parted, growing, more, null);
  }

  /** The same, with nodes that lie so to each other; null for anyhow. */
  public Demand(List<Part> parted, int growing, int more, Arrangement arrangement) {
    this.arrangement = arrangement;
    this.parted = List.copyOf(parted);
    this.parts = new Parts(parted.stream().mapToInt(Part::shares).toArray());
    this.large = parted.getFirst().share();
    this.largeShares = 0;
    this.small = parted.getFirst().share();
    this.smallShares = parts.total();
    this.mostShares = parts.total() + more;
    this.growing = growing;
    this.nodes = NodeChoice.ALL;
    this.totalCores = parted.stream().mapToLong(each -> each.share().cores() * each.shares()).sum();
    this.leastCores =
        parted.stream()
            .mapToLong(each -> each.share().cores())
            .filter(cores -> cores > 0)
            .min()
            .orElse(0);
  }

  /** What a run gives back that shares cores with stopped ones, on each of its nodes. */
  static Demand ofShares(List<Share> shares) {
    Share first = shares.getFirst();
    Demand demand = new Demand(first, 0, first, shares.size(), NodeChoice.ALL);
    demand.held = shares.toArray(Share[]::new);
    return demand;
  }

  /** Cores of a pool, all in one place. */
  public static Demand ofCores(long cores) {
    Share share = Share.ofCores(cores);
    return new Demand(share, 0, share, 1, NodeChoice.ALL);
  }

  /** Says its number, before it is used; returns itself. */
  Demand numbered(int next) {
    number = next;
    return this;
  }

  /** On a live cluster its number, from 1 on; jobs of one number need the same. */
  int number() {
    return number;
  }

  /** Says whether it is for devices of any model, and whether for such of one; returns itself. */
  Demand ofModels(boolean anyModel, boolean oneModel) {
    namesNoModel = anyModel;
    namesModel = oneModel;
    return this;
  }

  /**
   * Whether it takes devices of whatever model: what it takes of each is known once it has them.
   */
  boolean namesNoModel() {
    return namesNoModel;
  }

  /** Whether it takes devices of one model. */
  boolean namesModel() {
    return namesModel;
  }

  /** A demand of its own that needs the same. */
  Demand copy() {
    Demand copy =
        parted == null
            ? new Demand(large, largeShares, small, smallShares, nodes, mostShares)
            : new Demand(parted, growing, mostShares - parts.total(), arrangement);
    return copy.of(nodesOf).orElse(others.stream().map(Demand::copy).toList()).keptBy(kept);
  }

  /**
   * The same on some of its nodes alone, without what may be taken instead.
   *
   * @param some those of each part; of part 0 where there are none
   */
  Demand within(IntFunction<NodeChoice> some) {
    if (parted == null) {
      return within(
          new Demand(
              large, largeShares, small, smallShares, both(nodes, some.apply(0)), mostShares));
    }
    List<Part> narrower = new ArrayList<>();
    for (Part each : parted) {
      NodeChoice choice = both(each.nodes(), some.apply(narrower.size()));
      narrower.add(new Part(each.share(), each.shares(), choice));
    }
    return within(new Demand(narrower, growing, mostShares - parts.total(), arrangement));
  }

  private Demand within(Demand within) {
    return within.ofModels(namesNoModel, namesModel).of(nodesOf).keptBy(kept);
  }

  private static NodeChoice both(NodeChoice one, NodeChoice other) {
    return node -> one.allows(node) && other.allows(node);
  }

  /** Whether it takes of a node what that has: all its cores, or memory for each core. */
  boolean takesWhatNodesHave() {
    return takesWholeNodes() || anyShare(Share::memoryPerCore);
  }

  /** Whether it takes all cores of its nodes. */
  boolean takesWholeNodes() {
    return anyShare(Share::wholeNode);
  }

  private boolean anyShare(Predicate<Share> asks) {
    return parted == null
        ? asks.test(small) || asks.test(large)
        : parted.stream().anyMatch(each -> asks.test(each.share()));
  }

  /** Says on how many nodes of each component it is, before it is used; returns itself. */
  Demand of(List<Integer> nodesOfComponents) {
    nodesOf = List.copyOf(nodesOfComponents);
    return this;
  }

  /** Of a job with components: on how many nodes of its own, and of each component; else none. */
  List<Integer> nodesOf() {
    return nodesOf;
  }

  /** Says what may be taken instead, before it is used; returns itself. */
  Demand orElse(List<Demand> instead) {
    others = List.copyOf(instead);
    return this;
  }

  /** What may be taken instead, as a whole: on other nodes, or other shares on more or fewer. */
  List<Demand> others() {
    return others;
  }

  /** This one and what may be taken instead. */
  List<Demand> alternatives() {
    List<Demand> all = new ArrayList<>(others);
    all.addFirst(this);
    return all;
  }

  /** Whether another one is this or what may be taken instead of it. */
  boolean isOneOf(Demand other) {
    return other == this || others.contains(other);
  }

  /** Says that nodes are kept for others at some times, before it is used; returns itself. */
  Demand keptBy(KeptNodes forOthers) {
    kept = forOthers;
    others.forEach(each -> each.keptBy(forOthers));
    return this;
  }

  /** At which times nodes are kept for others. */
  KeptNodes kept() {
    return kept;
  }

  /** Whether some nodes are kept for others at some time. */
  boolean isKept() {
    return kept != KeptNodes.NONE;
  }

  /** Whether it has parts that ask for different nodes. */
  boolean isParted() {
    return parted != null;
  }

  /** Whether a choice that does not lie as it asks for is none. */
  boolean demandsArrangement() {
    return arrangement != null && arrangement.isDemanded();
  }

  /** Whether it says how its nodes lie to each other. */
  boolean isArranged() {
    return arrangement != null;
  }

  /** Chooses nodes for a parted demand as it must lie; null when there is no choice. */
  int[] choose(byte[] masks) {
    return demandsArrangement() ? arrangement.choose(parts, masks) : parts.choose(masks);
  }

  /** The same as it should lie, for a start. */
  int[] arrange(byte[] masks) {
    return arrangement == null ? parts.choose(masks) : arrangement.choose(parts, masks);
  }

  /** How many nodes were looked at to let it lie as it asks for, since the last question. */
  long takeLooked() {
    return arrangement == null ? 0 : arrangement.takeLooked();
  }

  /**
   * With more nodes of the part that grows, where they must lie so: as many as half of what is left
   * to be found, again and again, leaves.
   *
   * @param on a choice with the least
   */
  int[] grown(byte[] masks, int[] on) {
    int[] best = null;
    int more = 0;
    int beyond = Math.min(mostShares, masks.length) - on.length + 1;
    while (beyond - more > 1) {
      int middle = (more + beyond) >>> 1;
      int[] wider = arrangement.choose(parts.with(growing, middle), masks);
      best = wider == null ? best : wider;
      more = wider == null ? more : middle;
      beyond = wider == null ? middle : beyond;
    }
    return best == null ? on : extrasLast(best, more);
  }

  /** Moves the nodes beyond the least, which stand behind the part that grows, to the end. */
  private int[] extrasLast(int[] wider, int more) {
    int from = 0;
    for (int part = 0; part <= growing; part++) {
      from += parts.wanted(part);
    }
    int[] out = new int[wider.length];
    System.arraycopy(wider, 0, out, 0, from);
    System.arraycopy(wider, from + more, out, from, wider.length - from - more);
    System.arraycopy(wider, from, out, wider.length - more, more);
    return out;
  }

  /** How the nodes of a parted demand are counted. */
  Parts parts() {
    return parts;
  }

  Part part(int i) {
    return parted.get(i);
  }

  /** The share on the i-th of the job's nodes: the large ones come first, or part by part. */
  Share share(int i) {
    if (held != null) {
      return held[i];
    }
    if (parted == null) {
      return i < largeShares ? large : small;
    }
    if (i >= parts.total()) {
      return parted.get(growing).share();
    }
    int left = i;
    int part = 0;
    while (left >= parts.wanted(part)) {
      left -= parts.wanted(part++);
    }
    return parted.get(part).share();
  }

  /** The parts of a parted demand for which a row of amounts of a node has room, as a mask. */
  int mask(NodePool pool, int node, long[] amounts, int row) {
    int mask = 0;
    for (int i = 0; i < parted.size(); i++) {
      Part part = parted.get(i);
      boolean serves = part.nodes().allows(node) && pool.fits(part.share(), node, amounts, row);
      mask |= serves ? 1 << i : 0;
    }
    return mask;
  }

  /** On how many nodes it starts at most. */
  int mostShares() {
    return mostShares;
  }

  /** The part of which a parted demand takes more. */
  int growing() {
    return growing;
  }

  Share large() {
    return large;
  }

  Share small() {
    return small;
  }

  int largeShares() {
    return largeShares;
  }

  /** On how many nodes. */
  public int shares() {
    return largeShares + smallShares;
  }

  NodeChoice nodes() {
    return nodes;
  }

  /** No node with fewer free cores can serve any of its nodes. */
  long leastCores() {
    return leastCores;
  }

  /** Cores over all nodes. */
  public long totalCores() {
    return totalCores;
  }
}
