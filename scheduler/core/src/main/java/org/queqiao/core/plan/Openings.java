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

  /** The rows of a demand of two sizes. */
  static final int LARGE = 0;

  static final int ANY = 1;

  /** No end brings room. */
  static final long NEVER = Long.MAX_VALUE;

  private final NodePool pool;
  private final Releases releases;
  private final Demand demand;

  /** By part; of a demand of two sizes the first row is for a large share, the second for any. */
  private final long[][] at;

  private final long[] seen;
  private final long[] sum;

  Openings(NodePool pool, Releases releases, Demand demand) {
    this.pool = pool;
    this.releases = releases;
    this.demand = demand;
    this.at = new long[rows(demand)][pool.nodes()];
    this.seen = new long[pool.nodes()];
    this.sum = new long[pool.kinds()];
    Arrays.fill(seen, -1);
  }

  /** How many moments a node has. */
  static int rows(Demand demand) {
    return demand.isParted() ? demand.parts().count() : 2;
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

  /** Writes from when each node has room, row by row. */
  void copy(long[][] into) {
    for (int row = 0; row < at.length; row++) {
      System.arraycopy(at[row], 0, into[row], 0, at[row].length);
    }
  }

  /** From when a node has room. */
  long at(int row, int node) {
    return at[row][node];
  }

  /** Whether a node will ever have room. */
  boolean ever(int row, int node) {
    return at[row][node] < NEVER;
  }

  private void ask(int node) {
    for (long[] row : at) {
      row[node] = NEVER;
    }
    if (pool.closed(node)) {
      return;
    }
    if (demand.isParted()) {
      for (int i = 0; i < at.length; i++) {
        Demand.Part part = demand.part(i);
        at[i][node] = part.nodes().allows(node) ? from(part.share(), node) : NEVER;
      }
    } else if (demand.nodes().allows(node)) {
      at[LARGE][node] = demand.largeShares() > 0 ? from(demand.large(), node) : NEVER;
      at[ANY][node] = Math.min(at[LARGE][node], from(demand.small(), node));
    }
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
