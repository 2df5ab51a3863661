package org.queqiao.core.plan;

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

  private final NodePool pool;
  private final Releases releases;
  private final Ceilings ceilings;
  private final Timeline[] lines;
  private final long[] sum;
  private final long[] largeAt;
  private final long[] anyAt;
  private final long[] sorted;
  private int[] promised = new int[16];
  private int promisedCount;
  private long looked;

  Promises(NodePool pool, Releases releases, Ceilings ceilings) {
    this.pool = pool;
    this.releases = releases;
    this.ceilings = ceilings;
    this.lines = new Timeline[pool.nodes()];
    this.sum = new long[pool.kinds()];
    this.largeAt = new long[pool.nodes()];
    this.anyAt = new long[pool.nodes()];
    this.sorted = new long[pool.nodes()];
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
    long moment = now;
    while (moment < NEVER) {
      int large = 0;
      int any = 0;
      int candidates = 0;
      for (int node = 0; node < pool.nodes(); node++) {
        ask(job, node, moment, now);
        large += largeAt[node] <= moment ? 1 : 0;
        any += anyAt[node] <= moment ? 1 : 0;
        if (anyAt[node] < NEVER) {
          sorted[candidates++] = anyAt[node];
        }
      }
      if (large >= demand.largeShares() && any >= demand.shares()) {
        write(job, moment, now);
        return moment;
      }
      moment = later(demand, moment, candidates);
    }
    return NEVER;
  }

  /** The least moment after this one at which enough nodes may have room. */
  private long later(Demand demand, long moment, int candidates) {
    if (candidates < demand.shares()) {
      return NEVER;
    }
    Arrays.sort(sorted, 0, candidates);
    long next = sorted[demand.shares() - 1];
    if (demand.largeShares() > 0) {
      System.arraycopy(largeAt, 0, sorted, 0, pool.nodes());
      Arrays.sort(sorted);
      next = Math.max(next, sorted[demand.largeShares() - 1]);
    }
    if (next > moment) {
      return next;
    }
    long after = NEVER;
    for (int node = 0; node < pool.nodes(); node++) {
      if (anyAt[node] > moment) {
        after = Math.min(after, anyAt[node]);
      }
      if (demand.largeShares() > 0 && largeAt[node] > moment) {
        after = Math.min(after, largeAt[node]);
      }
    }
    return after;
  }

  /** From when a node has room for a large share, and for any share. */
  private void ask(PlanJob job, int node, long moment, long now) {
    Demand demand = job.demand();
    largeAt[node] = NEVER;
    anyAt[node] = NEVER;
    if (pool.closed(node) || !demand.nodes().allows(node)) {
      return;
    }
    if (demand.largeShares() > 0) {
      largeAt[node] = from(demand.large(), job.believed(), node, moment, now);
    }
    anyAt[node] =
        Math.min(largeAt[node], from(demand.small(), job.believed(), node, moment, now));
  }

  private long from(Share share, long duration, int node, long moment, long now) {
    looked++;
    if (lines[node] != null) {
      return lines[node].earliest(share, duration, moment, NEVER);
    }
    if (pool.fits(share, node)) {
      return now;
    }
    for (int kind = 0; kind < sum.length; kind++) {
      sum[kind] = pool.free(node, kind);
    }
    for (int i = 0; i < releases.size(node); i++) {
      pool.add(releases.share(node, i), node, sum, 0, 1);
      if (pool.fits(share, node, sum, 0)) {
        return releases.end(node, i);
      }
    }
    return NEVER;
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
