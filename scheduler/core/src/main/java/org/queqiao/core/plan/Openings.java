package org.queqiao.core.plan;

import java.util.Arrays;

/**
 * From when each node has room for the shares of one demand, if nothing but the ends of what runs
 * changes it. Kept from pass to pass: only nodes on which something started or ended are asked
 * anew.
 */
final class Openings {
  /** It has room now. */
  static final long NOW = Long.MIN_VALUE;

  /** No end brings room. */
  static final long NEVER = Long.MAX_VALUE;

  private final NodePool pool;
  private final Releases releases;
  private final Demand demand;
  private final long[] large;
  private final long[] any;
  private final long[] seen;
  private final long[] sum;

  Openings(NodePool pool, Releases releases, Demand demand) {
    this.pool = pool;
    this.releases = releases;
    this.demand = demand;
    this.large = new long[pool.nodes()];
    this.any = new long[pool.nodes()];
    this.seen = new long[pool.nodes()];
    this.sum = new long[pool.kinds()];
    Arrays.fill(seen, -1);
  }

  Demand demand() {
    return demand;
  }

  /** Asks the nodes that changed; says how many. */
  int refresh() {
    int asked = 0;
    for (int node = 0; node < seen.length; node++) {
      if (seen[node] != releases.version(node)) {
        seen[node] = releases.version(node);
        ask(node);
        asked++;
      }
    }
    return asked;
  }

  /** Writes from when each node has room for a large share, and for any share. */
  void copy(long[] largeAt, long[] anyAt) {
    System.arraycopy(large, 0, largeAt, 0, large.length);
    System.arraycopy(any, 0, anyAt, 0, any.length);
  }

  /** Whether a node will ever have room. */
  boolean ever(int node) {
    return any[node] < NEVER;
  }

  private void ask(int node) {
    large[node] = NEVER;
    any[node] = NEVER;
    if (pool.closed(node) || !demand.nodes().allows(node)) {
      return;
    }
    if (demand.largeShares() > 0) {
      large[node] = from(demand.large(), node);
    }
    any[node] = Math.min(large[node], from(demand.small(), node));
  }

  private long from(Share share, int node) {
    if (pool.fits(share, node)) {
      return NOW;
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
}
