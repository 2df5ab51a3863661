package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;

/**
 * Chooses runs that must end for a job to fit: as few as a node needs, on the nodes that need the
 * fewest, and none without which it would fit as well; for a job whose parts ask for different
 * nodes, the first that make it fit, and none of them that is needless. Works on a copy of what is
 * free.
 */
final class Victims {
  /** How many runs are given up in thought for a job with parts. */
  private static final int MAX_FOR_PARTS = 1000;

  private final NodePool pool;
  private final long now;
  private final long[] rows;
  private long looked;
  private final List<PlanJob> candidates = new ArrayList<>();

  /** The candidates on each node, those to be ended first before the others. */
  private final TreeMap<Integer, List<PlanJob>> byNode = new TreeMap<>();

  /** What each run would give back, a row of kinds for each of its nodes. */
  private final TreeMap<Long, long[]> gains = new TreeMap<>();

  /** The place of each candidate in the order in which they are given up. */
  private final TreeMap<Long, Integer> rank = new TreeMap<>();

  /** Begins with what is free now. */
  Victims(NodePool pool, long now) {
    this.pool = pool;
    this.now = now;
    this.rows = new long[pool.nodes() * pool.kinds()];
    pool.copyFree(rows);
  }

  private Victims(Victims other) {
    this.pool = other.pool;
    this.now = other.now;
    this.rows = other.rows.clone();
  }

  /** As much as is free here, of its own. */
  Victims copy() {
    return new Victims(this);
  }

  /** As much is free here as in a copy of this. */
  void becomes(Victims copy) {
    if (copy == this) {
      return;
    }
    System.arraycopy(copy.rows, 0, rows, 0, rows.length);
  }

  /** How many amounts it knows: what a copy costs. */
  int size() {
    return rows.length;
  }

  /** The same without one node. */
  Victims withoutNode(int node) {
    Victims rest = copy();
    Arrays.fill(rest.rows, node * pool.kinds(), (node + 1) * pool.kinds(), -1);
    return rest;
  }

  /** As much as anybody may want, on every node. */
  Victims unbounded() {
    Victims all = copy();
    Arrays.fill(all.rows, Long.MAX_VALUE);
    return all;
  }

  /** Leaves so much of each amount as there is in another. */
  void limit(Victims most) {
    for (int i = 0; i < rows.length; i++) {
      rows[i] = Math.min(rows[i], most.rows[i]);
    }
  }

  /** The same on some nodes alone. */
  void limit(Victims most, int[] on) {
    for (int node : on) {
      for (int i = node * pool.kinds(); i < (node + 1) * pool.kinds(); i++) {
        rows[i] = Math.min(rows[i], most.rows[i]);
      }
    }
  }

  /** A job takes its shares on nodes. */
  void take(Demand demand, int[] on) {
    for (int i = 0; i < on.length; i++) {
      pool.add(demand.share(i), on[i], rows, on[i] * pool.kinds(), -1);
    }
  }

  /** Cores of a node are there besides what is free for all. */
  void idle(int node, long cores) {
    rows[node * pool.kinds()] += cores;
  }

  /**
   * A run will give something back, whatever is decided here.
   *
   * @param gain a row of kinds for each of its nodes
   */
  void leaves(PlanJob run, long[] gain) {
    gains.put(run.number(), gain);
    add(run, 1, rows);
  }

  /** What a run will give back is not there for those who come now. */
  void withhold(PlanJob run) {
    add(run, -1, rows);
  }

  /**
   * What others leave of the cores that a run will give back is not there for those who come now.
   */
  void withholdRest(PlanJob run) {
    long[] gain = gains.get(run.number());
    int[] on = run.nodes();
    for (int i = 0; i < on.length; i++) {
      int cores = on[i] * pool.kinds();
      long rest = rows[cores] - gain[i * pool.kinds()];
      rows[cores] = Math.max(rest, Math.min(rows[cores], 0));
    }
  }

  /** Adds what a run gives back, or takes it away. */
  void add(PlanJob run, int sign, long[] amounts) {
    int[] on = run.nodes();
    for (int i = 0; i < on.length; i++) {
      addRow(run, i, sign, amounts, on[i] * pool.kinds());
    }
  }

  private void addRow(PlanJob run, int share, int sign, long[] amounts, int row) {
    long[] gain = gains.get(run.number());
    int kinds = pool.kinds();
    for (int kind = 0; kind < kinds; kind++) {
      amounts[row + kind] += sign * gain[share * kinds + kind];
    }
  }

  /**
   * A job goes before: it takes the first nodes on which it fits, if it fits.
   *
   * @param forMs how long it may run
   * @return whether it fits
   */
  boolean goesBefore(Demand demand, long forMs) {
    Demand first =
        demand.alternatives().stream()
            .filter(each -> fitsSo(each, forMs))
            .findFirst()
            .orElse(demand);
    int[] on = placed(first, forMs, rows);
    if (on != null) {
      take(first, on);
    }
    return on != null;
  }

  /** Whether a job fits without any victim. */
  boolean fits(Demand demand, long forMs) {
    return demand.alternatives().stream().anyMatch(each -> fitsSo(each, forMs));
  }

  private boolean fitsSo(Demand demand, long forMs) {
    return place(demand, forMs) != null;
  }

  /** The first nodes on which a job fits without any victim, or null. */
  int[] place(Demand demand, long forMs) {
    return placed(demand, forMs, rows);
  }

  /** How many nodes were looked at since the last question. */
  long takeLooked() {
    long count = looked;
    looked = 0;
    return count;
  }

  private int[] placed(Demand demand, long forMs, long[] amounts) {
    looked += demand.isParted() ? 0 : pool.nodes();
    return demand.isParted() ? parted(demand, forMs, amounts) : firstFit(demand, forMs, amounts);
  }

  private boolean isClear(Demand demand, int node, long forMs) {
    return !pool.closed(node) && demand.kept().earliest(node, now, forMs) == now;
  }

  private int[] parted(Demand demand, long forMs, long[] amounts) {
    looked += pool.nodes();
    byte[] masks = new byte[pool.nodes()];
    for (int node = 0; node < masks.length; node++) {
      if (isClear(demand, node, forMs)) {
        masks[node] = (byte) demand.mask(pool, node, amounts, node * pool.kinds());
      }
    }
    int[] on = demand.choose(masks);
    looked += demand.takeLooked();
    return on;
  }

  /** The first nodes on which a demand of two sizes fits, large shares first, or null. */
  private int[] firstFit(Demand demand, long forMs, long[] amounts) {
    int[] on = new int[demand.shares()];
    int large = 0;
    int small = demand.largeShares();
    for (int node = 0; node < pool.nodes(); node++) {
      if (large == demand.largeShares() && small == on.length) {
        break;
      }
      if (!demand.nodes().allows(node) || !isClear(demand, node, forMs)) {
        continue;
      }
      if (large < demand.largeShares() && fits(demand.large(), node, amounts)) {
        on[large++] = node;
      } else if (small < on.length && fits(demand.small(), node, amounts)) {
        on[small++] = node;
      }
    }
    return large < demand.largeShares() || small < on.length ? null : on;
  }

  private boolean fits(Share share, int node, long[] amounts) {
    return pool.fits(share, node, amounts, node * pool.kinds());
  }

  /**
   * A run that may be pushed aside; those to be given up first come first.
   *
   * @param gain what it gives back then, a row of kinds for each of its nodes
   */
  void candidate(PlanJob run, long[] gain) {
    gains.put(run.number(), gain);
    rank.put(run.number(), rank.size());
    candidates.add(run);
    for (int node : run.nodes()) {
      byNode.computeIfAbsent(node, _ -> new ArrayList<>()).add(run);
    }
  }

  /**
   * Begins to choose for a job.
   *
   * @param forMs how long nodes must not be kept for others: till the runs are gone and it has run
   */
  VictimChoice choice(Demand demand, long forMs) {
    return new VictimChoice(this, demand, forMs);
  }

  /** How many runs may be given up in thought for a job with parts. */
  int most() {
    return Math.min(MAX_FOR_PARTS, candidates.size());
  }

  /** The first candidates, so many. */
  List<PlanJob> first(int count) {
    return candidates.subList(0, count);
  }

  /** Whether a demand with parts fits where so much is free. */
  boolean fitsParts(Demand demand, long forMs, long[] amounts) {
    return parted(demand, forMs, amounts) != null;
  }

  /** What is free without the first so many candidates. */
  long[] without(int count) {
    return without(candidates.subList(0, count));
  }

  /** What is free without some candidates. */
  long[] without(Collection<PlanJob> runs) {
    long[] after = rows.clone();
    looked += rows.length + runs.size();
    runs.forEach(run -> add(run, 1, after));
    return after;
  }

  /** How many nodes there are. */
  int nodes() {
    return pool.nodes();
  }

  /** The place of a candidate in the order in which they are given up. */
  int rank(PlanJob run) {
    return rank.get(run.number());
  }

  /** The place of the one of some runs that is given up last; -1 of none. */
  int dearest(List<PlanJob> runs) {
    return runs.stream().mapToInt(this::rank).max().orElse(-1);
  }

  /**
   * The runs that must end for a share of a demand to fit on a node, or null where it may not lie
   * there or would not fit.
   */
  List<PlanJob> needed(Demand demand, Share share, int node, long forMs) {
    looked++;
    boolean may = demand.nodes().allows(node) && isClear(demand, node, forMs);
    return may ? needed(share, node) : null;
  }

  /** The runs of a node that must end for a share to fit there, or null. */
  private List<PlanJob> needed(Share share, int node) {
    if (fits(share, node, rows)) {
      return List.of();
    }
    List<PlanJob> here = byNode.get(node);
    if (here == null) {
      return null;
    }
    List<PlanJob> inOrder = greedy(share, node, here);
    if (inOrder == null || inOrder.size() <= 1) {
      return inOrder;
    }
    List<PlanJob> largeFirst = new ArrayList<>(here);
    largeFirst.sort(Comparator.comparingLong((PlanJob run) -> -coresOn(run, node)));
    List<PlanJob> fewer = greedy(share, node, largeFirst);
    return fewer.size() < inOrder.size() ? fewer : inOrder;
  }

  private long coresOn(PlanJob run, int node) {
    return gains.get(run.number())[shareOn(run, node) * pool.kinds()];
  }

  private static int shareOn(PlanJob run, int node) {
    int[] on = run.nodes();
    for (int i = 0; i < on.length; i++) {
      if (on[i] == node) {
        return i;
      }
    }
    throw new IllegalStateException("run " + run.number() + " is not on node " + node);
  }

  /** Takes runs until the share fits, then leaves out those without which it fits as well. */
  private List<PlanJob> greedy(Share share, int node, List<PlanJob> order) {
    int kinds = pool.kinds();
    long[] row = new long[kinds];
    System.arraycopy(rows, node * kinds, row, 0, kinds);
    looked += order.size();
    List<PlanJob> taken = new ArrayList<>();
    for (int i = 0; i < order.size() && !pool.fits(share, node, row, 0); i++) {
      addRow(order.get(i), shareOn(order.get(i), node), 1, row, 0);
      taken.add(order.get(i));
    }
    if (!pool.fits(share, node, row, 0)) {
      return null;
    }
    for (PlanJob each : dearestFirst(taken)) {
      addRow(each, shareOn(each, node), -1, row, 0);
      if (pool.fits(share, node, row, 0)) {
        taken.remove(each);
      } else {
        addRow(each, shareOn(each, node), 1, row, 0);
      }
    }
    return taken;
  }

  /** Runs, those that are given up first behind the others. */
  List<PlanJob> dearestFirst(List<PlanJob> runs) {
    List<PlanJob> out = new ArrayList<>(runs);
    out.sort(Comparator.comparingInt((PlanJob each) -> -rank(each)));
    return out;
  }

  /** Whether the shares that lie on some nodes fit there. */
  boolean fitOn(int[] nodes, TreeMap<Integer, Share> shares, long[] amounts) {
    looked += nodes.length;
    for (int node : nodes) {
      Share share = shares.get(node);
      if (share != null && !fits(share, node, amounts)) {
        return false;
      }
    }
    return true;
  }
}
