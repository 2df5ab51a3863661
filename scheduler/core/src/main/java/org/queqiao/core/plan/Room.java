package org.queqiao.core.plan;

import java.util.Arrays;

/**
 * Finds nodes on which a job may start now: the first that have room, by number. A node that has
 * room for a large share gets one while any is left. This finds a choice whenever there is one. A
 * job that takes more nodes than it must gets all that have room, as far as it wants.
 */
final class Room {
  private final NodePool pool;
  private final Ceilings ceilings;
  private final Ceilings limitCeilings;
  private int[] largeOn = new int[4];
  private int[] smallOn = new int[4];
  private int large;
  private int small;
  private long looked;

  /** Of a parted demand: which parts each node could serve. */
  private final byte[] masks;

  Room(NodePool pool, Ceilings ceilings, Ceilings limitCeilings) {
    this.pool = pool;
    this.ceilings = ceilings;
    this.limitCeilings = limitCeilings;
    this.masks = new byte[pool.nodes()];
  }

  /**
   * Chooses; takes nothing.
   *
   * @param end when the job is believed to end
   * @param limitEnd when it must have ended
   * @return the nodes, large shares first, or null
   */
  int[] find(Demand demand, long end, long limitEnd) {
    if (demand.isParted()) {
      return findParts(demand, end, limitEnd);
    }
    int larges = demand.largeShares();
    int smalls = demand.shares() - larges;
    if (largeOn.length < larges) {
      largeOn = new int[larges];
    }
    int most = Math.max(smalls, Math.min(demand.mostShares() - larges, pool.nodes()));
    if (smallOn.length < most) {
      smallOn = new int[most];
    }
    large = 0;
    small = 0;
    long least =
        Math.min(demand.small().cores(), larges > 0 ? demand.large().cores() : Long.MAX_VALUE);
    for (int block = 0; block * NodePool.BLOCK < pool.nodes(); block++) {
      looked++;
      if (pool.mostFreeCores(block) >= least && search(block, demand, end, limitEnd)) {
        return chosen();
      }
    }
    return large == larges && small >= smalls ? chosen() : null;
  }

  /** The same for a demand or the first of its alternatives that has room. */
  int[] findAny(Demand demand, long end, long limitEnd) {
    int[] on = find(demand, end, limitEnd);
    for (int i = 0; on == null && i < demand.others().size(); i++) {
      on = find(demand.others().get(i), end, limitEnd);
    }
    return on;
  }

  /** Whether a demand may have its shares on these nodes: no other is asked. */
  boolean has(Demand demand, int[] on, long end, long limitEnd) {
    looked += on.length;
    for (int i = 0; i < on.length; i++) {
      if (pool.closed(on[i])
          || !isClear(demand, on[i], limitEnd)
          || !has(demand.share(i), on[i], end, limitEnd)) {
        return false;
      }
    }
    return true;
  }

  private int[] chosen() {
    int[] on = new int[large + small];
    System.arraycopy(largeOn, 0, on, 0, large);
    System.arraycopy(smallOn, 0, on, large, small);
    return on;
  }

  private int[] findParts(Demand demand, long end, long limitEnd) {
    Arrays.fill(masks, (byte) 0);
    int able = 0;
    int last = (pool.nodes() - 1) / NodePool.BLOCK;
    for (int block = 0; block <= last; block++) {
      looked++;
      // What has no cores, as licences, is in the last block.
      if (block == last || pool.mostFreeCores(block) >= demand.leastCores()) {
        able += searchParts(block, demand, end, limitEnd);
      }
    }
    int[] on = able < demand.shares() ? null : demand.arrange(masks);
    if (on != null && demand.mostShares() > on.length) {
      on = demand.demandsArrangement() ? demand.grown(masks, on) : grown(demand, masks, on);
    }
    looked += demand.takeLooked();
    return on;
  }

  /** Finds what the nodes of one block can serve; says how many can serve anything. */
  private int searchParts(int block, Demand demand, long end, long limitEnd) {
    int beyond = Math.min((block + 1) * NodePool.BLOCK, pool.nodes());
    int able = 0;
    long most = 0;
    for (int node = block * NodePool.BLOCK; node < beyond; node++) {
      if (pool.closed(node)) {
        continue;
      }
      most = Math.max(most, pool.free(node, 0));
      for (int i = 0; i < demand.parts().count(); i++) {
        Demand.Part part = demand.part(i);
        if (part.nodes().allows(node)
            && isClear(demand, node, limitEnd)
            && has(part.share(), node, end, limitEnd)) {
          masks[node] |= (byte) (1 << i);
        }
      }
      able += masks[node] == 0 ? 0 : 1;
    }
    looked += NodePool.BLOCK;
    pool.mostFreeCores(block, most);
    return able;
  }

  /** With more nodes that can serve the part that grows. */
  private static int[] grown(Demand demand, byte[] masks, int[] on) {
    for (int node : on) {
      masks[node] = 0;
    }
    int[] all = Arrays.copyOf(on, Math.min(demand.mostShares(), masks.length));
    int count = on.length;
    for (int node = 0; node < masks.length && count < all.length; node++) {
      if ((masks[node] >> demand.growing() & 1) == 1) {
        all[count++] = node;
      }
    }
    return Arrays.copyOf(all, count);
  }

  /** Chooses nodes of one block; says whether all have been found. */
  private boolean search(int block, Demand demand, long end, long limitEnd) {
    int larges = demand.largeShares();
    int smalls = demand.mostShares() - larges;
    int beyond = Math.min((block + 1) * NodePool.BLOCK, pool.nodes());
    long most = 0;
    for (int node = block * NodePool.BLOCK; node < beyond; node++) {
      if (pool.closed(node)) {
        continue;
      }
      most = Math.max(most, pool.free(node, 0));
      if (!demand.nodes().allows(node) || !isClear(demand, node, limitEnd)) {
        continue;
      }
      if (large < larges && has(demand.large(), node, end, limitEnd)) {
        largeOn[large++] = node;
      } else if (small < smalls && has(demand.small(), node, end, limitEnd)) {
        smallOn[small++] = node;
      }
      if (large == larges && small == smalls) {
        looked += node - block * NodePool.BLOCK;
        return true;
      }
    }
    looked += NodePool.BLOCK;
    pool.mostFreeCores(block, most);
    return false;
  }

  /** Whether a node is kept for nobody else until a job that starts now must have ended. */
  private boolean isClear(Demand demand, int node, long limitEnd) {
    return !demand.isKept() || demand.kept().clear(node, limitEnd);
  }

  private boolean has(Share share, int node, long end, long limitEnd) {
    return pool.fits(share, node)
        && ceilings.allow(share, node, end)
        && limitCeilings.allow(share, node, limitEnd);
  }

  /** How many nodes were looked at since the last question. */
  long takeLooked() {
    long count = looked;
    looked = 0;
    return count;
  }
}
