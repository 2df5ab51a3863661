package org.queqiao.core.plan;

/**
 * Finds the earliest moment at which a job fits, when what runs ends as believed, or as declared,
 * and nothing else starts: the first promise of a pass.
 */
final class Shadow {
  private final NodePool pool;
  private final RunningJobs running;
  private final long[] ahead;
  private long moment;
  private int next;
  private int large;
  private int any;

  /** Of a parted demand: how many nodes can serve which parts. */
  private long[] byMask = {};

  private long looked;

  Shadow(NodePool pool, RunningJobs running) {
    this.pool = pool;
    this.running = running;
    this.ahead = new long[pool.nodes() * pool.kinds()];
  }

  /**
   * Looks for the moment.
   *
   * @return whether there is one; else the job waits for something that no end of a job brings
   */
  boolean find(Demand demand, long now) {
    begin(demand, now);
    boolean found = findEnough(demand);
    return found && demand.demandsArrangement() ? findArranged(demand, now) : found;
  }

  private void begin(Demand demand, long now) {
    pool.copyFree(ahead);
    count(demand);
    next = 0;
    while (next < running.size() && running.end(running.get(next)) <= now) {
      next++;
    }
  }

  /** Goes on to the next moment with enough nodes, whether or not they lie as they must. */
  private boolean findEnough(Demand demand) {
    while (next < running.size()) {
      releaseOf(next, demand);
      if (fits(demand)) {
        return true;
      }
    }
    return false;
  }

  /**
   * From the first moment with enough nodes goes on to the first at which they can lie as they
   * must. Room only grows, so steps are doubled until they can, and then the last one is halved.
   */
  private boolean findArranged(Demand demand, long now) {
    if (lies(demand)) {
      return true;
    }
    int low;
    int step = 1;
    do {
      if (next == running.size()) {
        return false;
      }
      low = next + 1;
      releaseOf(Math.min(next + step, running.size()) - 1, demand);
      step *= 2;
    } while (!lies(demand));
    int high = next;
    while (low < high) {
      int middle = (low + high) >>> 1;
      begin(demand, now);
      releaseOf(middle - 1, demand);
      if (lies(demand)) {
        high = middle;
      } else {
        low = next + 1;
      }
    }
    begin(demand, now);
    releaseOf(high - 1, demand);
    return true;
  }

  private void releaseOf(int run, Demand demand) {
    moment = running.end(running.get(run));
    release(demand);
  }

  private boolean lies(Demand demand) {
    boolean lies = demand.choose(masks(demand)) != null;
    looked += pool.nodes() + demand.takeLooked();
    return lies;
  }

  /** How many nodes were looked at to let jobs lie as they must, since the last question. */
  long takeLooked() {
    long count = looked;
    looked = 0;
    return count;
  }

  private boolean fits(Demand demand) {
    return demand.isParted()
        ? demand.parts().possible(byMask)
        : large >= demand.largeShares() && any >= demand.shares();
  }

  /** Goes on to a later moment: what ends until then is free for the promise, and for others. */
  void goOnTo(long later, Demand demand) {
    moment = Math.max(moment, later);
    release(demand);
  }

  private void release(Demand demand) {
    while (next < running.size() && running.end(running.get(next)) <= moment) {
      release(running.get(next++), demand);
    }
  }

  /** Writes the promise down: on the first nodes that have room then. */
  void promise(Demand demand, Ceilings ceilings) {
    if (demand.isParted()) {
      promiseParts(demand, ceilings);
      return;
    }
    int largeLeft = demand.largeShares();
    int smallLeft = demand.shares() - largeLeft;
    for (int node = 0; node < pool.nodes() && largeLeft + smallLeft > 0; node++) {
      if (pool.closed(node) || !demand.nodes().allows(node)) {
        continue;
      }
      int row = node * pool.kinds();
      Share share = null;
      if (largeLeft > 0 && pool.fits(demand.large(), node, ahead, row)) {
        share = demand.large();
        largeLeft--;
      } else if (smallLeft > 0 && pool.fits(demand.small(), node, ahead, row)) {
        share = demand.small();
        smallLeft--;
      }
      if (share != null) {
        pool.add(share, node, ahead, row, -1);
        ceilings.add(node, moment, ahead, row);
      }
    }
  }

  private void promiseParts(Demand demand, Ceilings ceilings) {
    int[] on = demand.choose(masks(demand));
    looked += demand.takeLooked();
    for (int i = 0; on != null && i < on.length; i++) {
      int row = on[i] * pool.kinds();
      pool.add(demand.share(i), on[i], ahead, row, -1);
      ceilings.add(on[i], moment, ahead, row);
    }
  }

  private byte[] masks(Demand demand) {
    byte[] masks = new byte[pool.nodes()];
    for (int node = 0; node < masks.length; node++) {
      masks[node] =
          pool.closed(node) ? 0 : (byte) demand.mask(pool, node, ahead, node * pool.kinds());
    }
    return masks;
  }

  /** When the job fits. */
  long moment() {
    return moment;
  }

  private void count(Demand demand) {
    large = 0;
    any = 0;
    byMask = demand.isParted() ? new long[1 << demand.parts().count()] : byMask;
    for (int node = 0; node < pool.nodes(); node++) {
      if (!pool.closed(node) && demand.nodes().allows(node)) {
        add(demand, node, 1);
      }
    }
  }

  private void add(Demand demand, int node, int sign) {
    int row = node * pool.kinds();
    if (demand.isParted()) {
      byMask[demand.mask(pool, node, ahead, row)] += sign;
      return;
    }
    boolean fitsLarge = demand.largeShares() > 0 && pool.fits(demand.large(), node, ahead, row);
    if (fitsLarge) {
      large += sign;
    }
    if (fitsLarge || pool.fits(demand.small(), node, ahead, row)) {
      any += sign;
    }
  }

  private void release(PlanJob job, Demand demand) {
    int[] on = job.nodes();
    for (int i = 0; i < on.length; i++) {
      int node = on[i];
      boolean counts = !pool.closed(node) && demand.nodes().allows(node);
      if (counts) {
        add(demand, node, -1);
      }
      pool.add(job.demand().share(i), node, ahead, node * pool.kinds(), 1);
      if (counts) {
        add(demand, node, 1);
      }
    }
  }

  /** The alternative that fits first, which was asked last; null when none ever does. */
  Demand soonest(Demand demand, long now) {
    Demand best = find(demand, now) ? demand : null;
    if (demand.others().isEmpty()) {
      return best;
    }
    long first = best == null ? Long.MAX_VALUE : moment();
    for (Demand each : demand.others()) {
      if (find(each, now) && moment() < first) {
        first = moment();
        best = each;
      }
    }
    return best != null && find(best, now) ? best : null;
  }
}
