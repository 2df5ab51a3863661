package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The choice of runs that must end for a demand of two sizes, in steps: what a share needs of some
 * nodes, then of the next; then the nodes that need the fewest; then, one by one, which of their
 * runs are needless, since one on several nodes may make others so.
 */
final class NodesChoice {
  /** How many nodes are looked at in one step. */
  private static final int NODES = 256;

  private static final Comparator<Offer> FEWEST =
      Comparator.comparingInt((Offer each) -> each.runs().size())
          .thenComparing(Offer::dearest)
          .thenComparing(Offer::node);

  private final Victims victims;
  private final Demand demand;
  private final long forMs;
  private final List<Offer> large = new ArrayList<>();
  private final List<Offer> small = new ArrayList<>();

  /** The next node, first for large shares, then for small ones. */
  private int next;

  private boolean largeAsked;

  /** The shares by node, once nodes are chosen; else null. */
  private TreeMap<Integer, Share> shares;

  /** The runs of these nodes by their places in the order in which they are given up. */
  private final TreeMap<Integer, PlanJob> runs = new TreeMap<>();

  private long[] after;
  private Iterator<PlanJob> doubted;

  /**
   * A node on which a share fits once some runs have ended.
   *
   * @param dearest the place of the one of them that is given up last
   */
  private record Offer(int node, List<PlanJob> runs, int dearest) {}

  NodesChoice(Victims victims, Demand demand, long forMs) {
    this.victims = victims;
    this.demand = demand;
    this.forMs = forMs;
    this.largeAsked = demand.largeShares() == 0;
  }

  /** The runs, or none when it would not fit whatever ended. */
  List<PlanJob> chosen() {
    return new ArrayList<>(runs.values());
  }

  /** Goes on; says whether the runs are chosen. */
  boolean decide() {
    if (doubted != null) {
      leaveOut();
    } else if (!largeAsked) {
      largeAsked = look(demand.large(), large);
    } else if (demand.shares() == demand.largeShares() || look(demand.small(), small)) {
      return !choose() || !doubted.hasNext();
    }
    return doubted != null && !doubted.hasNext();
  }

  /** Looks at the next nodes; says whether those were the last. */
  private boolean look(Share share, List<Offer> offers) {
    int beyond = Math.min(next + NODES, victims.nodes());
    for (; next < beyond; next++) {
      List<PlanJob> needed = victims.needed(demand, share, next, forMs);
      if (needed != null) {
        offers.add(new Offer(next, needed, victims.dearest(needed)));
      }
    }
    boolean last = next == victims.nodes();
    next = last ? 0 : next;
    return last;
  }

  /** Takes the nodes that need the fewest runs; says whether there are enough nodes. */
  private boolean choose() {
    int smalls = demand.shares() - demand.largeShares();
    List<Offer> chosen = new ArrayList<>(few(large, demand.largeShares()));
    TreeSet<Integer> used = new TreeSet<>();
    chosen.forEach(each -> used.add(each.node()));
    small.removeIf(each -> used.contains(each.node()));
    chosen.addAll(few(small, smalls));
    if (chosen.size() < demand.shares()) {
      return false;
    }
    shares = new TreeMap<>();
    for (int i = 0; i < chosen.size(); i++) {
      shares.put(chosen.get(i).node(), demand.share(i));
      chosen.get(i).runs().forEach(run -> runs.put(victims.rank(run), run));
    }
    after = victims.without(runs.values());
    doubted = new ArrayList<>(runs.descendingMap().values()).iterator();
    return true;
  }

  private static List<Offer> few(List<Offer> offers, int most) {
    offers.sort(FEWEST);
    return offers.subList(0, Math.min(most, offers.size()));
  }

  /** Leaves out the dearest of the doubted, if all fits without it as well. */
  private void leaveOut() {
    PlanJob dearest = doubted.next();
    victims.add(dearest, -1, after);
    if (victims.fitOn(dearest.nodes(), shares, after)) {
      runs.remove(victims.rank(dearest));
    } else {
      victims.add(dearest, 1, after);
    }
  }
}
