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
 */
final class Promises {
  private static final long NEVER = Long.MAX_VALUE;

  /** How many demands are remembered: as many as the longest row of promises is likely to have. */
  private static final int MAX_OPENINGS = 128;

  private final NodePool pool;
  private final Releases releases;
  private final Ceilings ceilings;
  private final Timeline[] lines;
  private final long[] largeAt;
  private final long[] anyAt;
  private final Selection selection;
  private final ArrayDeque<Openings> known = new ArrayDeque<>();
  private int[] promised = new int[16];
  private int promisedCount;
  private long poolVersion;
  private long looked;

  Promises(NodePool pool, Releases releases, Ceilings ceilings) {
    this.pool = pool;
    this.releases = releases;
    this.ceilings = ceilings;
    this.lines = new Timeline[pool.nodes()];
    this.largeAt = new long[pool.nodes()];
    this.anyAt = new long[pool.nodes()];
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
        lines[on[i]].add(job.demand().share(i), now, job.end(), -1);
      }
    }
  }

  /**
   * Promises a job its earliest start and writes it into the ceilings.
   *
   * @return the moment, or the greatest number when it waits for something that no end brings
   */
  long promise(PlanJob job, long now) {
    Demand demand = job.demand();
    Openings openings = openings(demand);
    looked += openings.refresh();
    openings.copy(largeAt, anyAt);
    long moment = now;
    while (moment < NEVER) {
      for (int i = 0; i < promisedCount; i++) {
        ask(job, openings, promised[i], moment);
      }
      looked += promisedCount;
      boolean enough =
          count(anyAt, moment) >= demand.shares()
              && (demand.largeShares() == 0 || count(largeAt, moment) >= demand.largeShares());
      if (enough) {
        write(job, moment, now);
        return moment;
      }
      moment = later(demand, moment);
    }
    return NEVER;
  }

  private static int count(long[] moments, long until) {
    int count = 0;
    for (long moment : moments) {
      count += moment <= until ? 1 : 0;
    }
    return count;
  }

  /** Asks the time line of a node with promises. */
  private void ask(PlanJob job, Openings openings, int node, long moment) {
    if (!openings.ever(node)) {
      return;
    }
    Demand demand = job.demand();
    Timeline line = lines[node];
    largeAt[node] =
        demand.largeShares() > 0
            ? line.earliest(demand.large(), job.believed(), moment, NEVER)
            : NEVER;
    anyAt[node] =
        Math.min(largeAt[node], line.earliest(demand.small(), job.believed(), moment, NEVER));
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
    long next = selection.smallest(anyAt, demand.shares() - 1);
    if (demand.largeShares() > 0) {
      next = Math.max(next, selection.smallest(largeAt, demand.largeShares() - 1));
    }
    if (next > moment) {
      return next;
    }
    long after = NEVER;
    for (int node = 0; node < anyAt.length; node++) {
      if (anyAt[node] > moment) {
        after = Math.min(after, anyAt[node]);
      }
      if (demand.largeShares() > 0 && largeAt[node] > moment) {
        after = Math.min(after, largeAt[node]);
      }
    }
    return after;
  }

  private void write(PlanJob job, long moment, long now) {
    Demand demand = job.demand();
    int largeLeft = demand.largeShares();
    int smallLeft = demand.shares() - largeLeft;
    for (int node = 0; node < pool.nodes() && largeLeft + smallLeft > 0; node++) {
      Share share = null;
      if (largeLeft > 0 && largeAt[node] <= moment) {
        share = demand.large();
        largeLeft--;
      } else if (smallLeft > 0 && anyAt[node] <= moment) {
        share = demand.small();
        smallLeft--;
      }
      if (share != null) {
        Timeline line = line(node, now);
        line.add(share, moment, moment + job.believed(), -1);
        line.writeCeilings(ceilings);
      }
    }
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
