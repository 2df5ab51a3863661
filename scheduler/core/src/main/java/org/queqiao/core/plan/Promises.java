package org.queqiao.core.plan;

import java.util.ArrayDeque;
import java.util.Arrays;

/**
 * Promises starts to several jobs of a pass, one after the other: each gets the earliest moment at
 * which it fits for all of its believed time besides what runs and what was promised before.
 *
 * <p>A node without a promise only gets emptier, so the first end that leaves room is its answer. A
 * node with promises has a {@link Timeline}. The moment of a job is the earliest at which enough
 * nodes have room for all of its time: beginning with the least moment at which enough could, it is
 * put off until they do.
 *
 * <p>A {@link Hold} is such a promise that can be lifted again, to ask whether its job may start.
 */
final class Promises {
  static final long NEVER = Long.MAX_VALUE;

  /** How many demands are remembered: as many as the longest row of promises is likely to have. */
  private static final int MAX_OPENINGS = 128;

  private final NodePool pool;
  private final Releases releases;
  private final Ceilings ceilings;
  private final Timeline[] lines;
  private final boolean onLimits;

  /** Whether room may be held from now on, which those see as well who start now. */
  private final boolean holds;

  /** From when each node has room, as in {@link Openings}. */
  private long[][] at;

  private final Selection selection;
  private final ArrayDeque<Openings> known = new ArrayDeque<>();
  private int[] promised = new int[16];
  private int promisedCount;
  private long poolVersion;

  /** The alternative that was found last. */
  private Demand chosen;

  private long looked;

  /**
   * Promises that are written into these ceilings.
   *
   * @param onLimits whether jobs are taken to run to their limits, as {@code releases} must
   * @param holds whether {@link #hold} is used
   */
  Promises(NodePool pool, Releases releases, Ceilings ceilings, boolean onLimits, boolean holds) {
    this.onLimits = onLimits;
    this.holds = holds;
    this.pool = pool;
    this.releases = releases;
    this.ceilings = ceilings;
    this.lines = new Timeline[pool.nodes()];
    this.at = new long[2][pool.nodes()];
    this.selection = new Selection(pool.nodes());
  }

  void clear() {
    for (int i = 0; i < promisedCount; i++) {
      lines[promised[i]] = null;
    }
    promisedCount = 0;
  }

  /** A job starts now beside the promises. */
  void started(PlanJob job, int[] on, long now) {
    for (int i = 0; i < on.length; i++) {
      if (lines[on[i]] != null) {
        lines[on[i]].add(job.demand().share(i), now, onLimits ? job.limitEnd() : job.end(), -1);
      }
    }
  }

  /**
   * Promises a job its earliest start and writes it into the ceilings.
   *
   * @return the moment, or the greatest number when it waits for something that no end brings
   */
  long promise(PlanJob job, long now) {
    long moment = earliest(job, now);
    if (moment < NEVER) {
      write(job, moment, now);
    }
    return moment;
  }

  /** Promises a job the start that {@link #earliest} finds from this moment on: this moment. */
  void promiseAt(PlanJob job, long moment, long now) {
    if (earliest(job, moment) == moment) {
      write(job, moment, now);
    }
  }

  /**
   * Room that is held for a job.
   *
   * @param moment from when on, for all of its time
   * @param demand what is served: what the job asks for, or an alternative
   * @param on the nodes, in the order of its shares
   */
  record Hold(long moment, Demand demand, int[] on) {
    private Hold from(long other) {
      return other == moment ? this : new Hold(other, demand, on);
    }
  }

  /** Holds room for a job from the earliest moment not before another; null where there is none. */
  Hold hold(PlanJob job, long from, long now) {
    long moment = earliest(job, from);
    return moment < NEVER ? write(job, moment, now) : null;
  }

  /** The same from the moment that {@link #earliest} has just found. */
  Hold holdFound(PlanJob job, long moment, long now) {
    return write(job, moment, now);
  }

  /**
   * Holds the same room for a job again.
   *
   * @return what is held, from the earliest moment not before another at which all of it is there;
   *     null where it never is
   */
  Hold holdAgain(PlanJob job, Hold room, long from, long now) {
    int[] on = room.on();
    long moment = from;
    int agreed = 0;
    for (int i = 0; agreed < on.length; i = (i + 1) % on.length) {
      line(on[i], now);
      long fits = pool.closed(on[i]) ? NEVER : earliest(job, room.demand().share(i), on[i], moment);
      looked++;
      if (fits == NEVER) {
        return null;
      }
      agreed = fits == moment ? agreed + 1 : 1;
      moment = fits;
    }
    for (int i = 0; i < on.length; i++) {
      write(job, room.demand().share(i), on[i], moment, now);
    }
    return room.from(moment);
  }

  /**
   * Holds other room for a job, if it can have it earlier beside all others, but not before a
   * moment; says whether it can.
   */
  boolean moveUp(PlanJob job, long from, long now) {
    lift(job);
    long moment = earliest(job, from);
    boolean sooner = moment < job.hold().moment();
    if (sooner) {
      job.hold(write(job, moment, now));
    } else {
      putBack(job);
    }
    return sooner;
  }

  /** Gives back what was held for a job, until it is {@link #putBack}. */
  void lift(PlanJob job) {
    move(job, 1);
  }

  void putBack(PlanJob job) {
    move(job, -1);
  }

  private void move(PlanJob job, int sign) {
    Hold hold = job.hold();
    for (int i = 0; i < hold.on().length; i++) {
      Timeline line = lines[hold.on()[i]];
      line.add(hold.demand().share(i), hold.moment(), hold.moment() + runTime(job), sign);
      line.writeCeilings(ceilings, holds);
    }
    looked += hold.on().length;
  }

  /** The earliest start of a job from a moment on, or the greatest number. */
  long earliest(PlanJob job, long from) {
    Demand demand = job.demand();
    chosen = demand;
    long moment = earliest(job, demand, from);
    if (demand.others().isEmpty()) {
      return moment;
    }
    for (Demand each : demand.others()) {
      long other = earliest(job, each, from);
      if (other < moment) {
        moment = other;
        chosen = each;
      }
    }
    return earliest(job, chosen, from);
  }

  private long earliest(PlanJob job, Demand demand, long from) {
    Openings openings = openings(demand);
    looked += openings.refresh();
    if (at.length < Openings.rows(demand)) {
      at = new long[Openings.rows(demand)][pool.nodes()];
    }
    openings.copy(at);
    long moment = demand.demandsArrangement() ? soonest(demand, from) : from;
    while (moment < NEVER) {
      keepClear(job, openings, moment);
      for (int i = 0; i < promisedCount; i++) {
        ask(job, openings, promised[i], moment);
      }
      looked += promisedCount;
      if (enough(demand, moment)) {
        return moment;
      }
      moment = later(demand, moment);
    }
    return NEVER;
  }

  private long runTime(PlanJob job) {
    return onLimits ? job.limit() : job.believed();
  }

  /** Puts off the nodes without promises that are kept for others when the job would run. */
  private void keepClear(PlanJob job, Openings openings, long moment) {
    Demand demand = openings.demand();
    int[] kept = demand.kept().nodes();
    for (int row = 0; row < Openings.rows(demand); row++) {
      for (int node : kept) {
        if (lines[node] == null && openings.ever(row, node)) {
          at[row][node] = clear(job, node, Math.max(moment, openings.at(row, node)));
        }
      }
    }
    looked += kept.length;
  }

  private static long clear(PlanJob job, int node, long from) {
    return job.demand().kept().earliest(node, from, job.limit());
  }

  private boolean enough(Demand demand, long moment) {
    if (demand.isParted()) {
      boolean enough =
          demand.parts().possible(byMask(demand, moment))
              && (!demand.demandsArrangement() || demand.choose(masks(demand, moment)) != null);
      looked += demand.takeLooked();
      return enough;
    }
    return count(at[Openings.ANY], moment) >= demand.shares()
        && (demand.largeShares() == 0 || count(at[Openings.LARGE], moment) >= demand.largeShares());
  }

  private static int count(long[] moments, long until) {
    int count = 0;
    for (long moment : moments) {
      count += moment <= until ? 1 : 0;
    }
    return count;
  }

  private long[] byMask(Demand demand, long moment) {
    long[] nodes = new long[1 << demand.parts().count()];
    for (int node = 0; node < pool.nodes(); node++) {
      nodes[mask(demand, node, moment)]++;
    }
    return nodes;
  }

  private byte[] masks(Demand demand, long moment) {
    byte[] masks = new byte[pool.nodes()];
    for (int node = 0; node < masks.length; node++) {
      masks[node] = (byte) mask(demand, node, moment);
    }
    return masks;
  }

  /**
   * The first moment at which a demand could lie as it must, if nothing was promised: room only
   * grows, so half of the moments are passed over at once.
   */
  private long soonest(Demand demand, long now) {
    long[] moments = at[0].clone();
    Arrays.sort(moments);
    int low = 0;
    int high = moments.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      looked += moments.length;
      if (moments[middle] == NEVER || enough(demand, Math.max(now, moments[middle]))) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low == moments.length ? NEVER : Math.max(now, moments[low]);
  }

  private int mask(Demand demand, int node, long moment) {
    int mask = 0;
    for (int part = 0; part < demand.parts().count(); part++) {
      mask |= at[part][node] <= moment ? 1 << part : 0;
    }
    return mask;
  }

  /** Asks the time line of a node with promises. */
  private void ask(PlanJob job, Openings openings, int node, long moment) {
    Demand demand = openings.demand();
    if (demand.isParted()) {
      for (int part = 0; part < demand.parts().count(); part++) {
        if (openings.ever(part, node)) {
          at[part][node] = earliest(job, demand.part(part).share(), node, moment);
        }
      }
    } else if (openings.ever(Openings.ANY, node)) {
      long large = demand.largeShares() > 0 ? earliest(job, demand.large(), node, moment) : NEVER;
      at[Openings.LARGE][node] = large;
      at[Openings.ANY][node] = Math.min(large, earliest(job, demand.small(), node, moment));
    }
  }

  /** The earliest moment at which a share fits a node with promises and is in nobody's way. */
  private long earliest(PlanJob job, Share share, int node, long from) {
    long moment = from;
    while (moment < NEVER) {
      long fits = lines[node].earliest(share, runTime(job), moment, NEVER);
      if (fits == NEVER) {
        return NEVER;
      }
      moment = clear(job, node, fits);
      if (moment == fits) {
        return moment;
      }
    }
    return NEVER;
  }

  /** The openings of a demand; the one that was not asked for longest is forgotten. */
  private Openings openings(Demand demand) {
    if (poolVersion != pool.version()) {
      poolVersion = pool.version();
      known.clear();
    }
    for (Openings each : known) {
      if (each.demand() == demand) {
        known.remove(each);
        known.addLast(each);
        return each;
      }
    }
    if (known.size() == MAX_OPENINGS) {
      known.removeFirst();
    }
    Openings fresh = new Openings(pool, releases, demand);
    known.addLast(fresh);
    return fresh;
  }

  /** The least moment after this one at which enough nodes may have room. */
  private long later(Demand demand, long moment) {
    long next = moment;
    for (int row = 0; row < Openings.rows(demand); row++) {
      int needed = needed(demand, row);
      next = needed > 0 ? Math.max(next, selection.smallest(at[row], needed - 1)) : next;
    }
    if (next > moment) {
      return next;
    }
    long after = NEVER;
    for (int row = 0; row < Openings.rows(demand); row++) {
      for (int node = 0; needed(demand, row) > 0 && node < pool.nodes(); node++) {
        if (at[row][node] > moment) {
          after = Math.min(after, at[row][node]);
        }
      }
    }
    return after;
  }

  /** How many nodes of a row a demand needs at the least. */
  private static int needed(Demand demand, int row) {
    if (demand.isParted()) {
      return demand.parts().wanted(row);
    }
    return row == Openings.ANY ? demand.shares() : demand.largeShares();
  }

  private Hold write(PlanJob job, long moment, long now) {
    Demand demand = chosen;
    if (demand.isParted()) {
      int[] on = demand.choose(masks(demand, moment));
      looked += demand.takeLooked();
      for (int i = 0; i < on.length; i++) {
        write(job, demand.share(i), on[i], moment, now);
      }
      return new Hold(moment, demand, on);
    }
    int[] on = new int[demand.shares()];
    int large = 0;
    int small = demand.largeShares();
    for (int node = 0;
        node < pool.nodes() && large + small < on.length + demand.largeShares();
        node++) {
      int share = -1;
      if (large < demand.largeShares() && at[Openings.LARGE][node] <= moment) {
        share = large++;
      } else if (small < on.length && at[Openings.ANY][node] <= moment) {
        share = small++;
      }
      if (share >= 0) {
        on[share] = node;
        write(job, demand.share(share), node, moment, now);
      }
    }
    return new Hold(moment, demand, on);
  }

  private void write(PlanJob job, Share share, int node, long moment, long now) {
    Timeline line = line(node, now);
    line.add(share, moment, moment + runTime(job), -1);
    line.writeCeilings(ceilings, holds);
  }

  private Timeline line(int node, long now) {
    if (lines[node] == null) {
      lines[node] = new Timeline(pool, node, now);
      for (int i = 0; i < releases.size(node); i++) {
        lines[node].add(releases.share(node, i), releases.end(node, i), NEVER, 1);
      }
      if (promisedCount == promised.length) {
        promised = Arrays.copyOf(promised, promisedCount * 2);
      }
      promised[promisedCount++] = node;
    }
    return lines[node];
  }

  /** How many questions to nodes there were since the last time this was asked. */
  long takeLooked() {
    long count = looked;
    looked = 0;
    return count;
  }
}
