package org.queqiao.core.plan;

/**
 * What a job needs in all: a share on each of so many nodes, of at most two sizes, on nodes that it
 * may use. Jobs that need the same should have the same instance: what one of them was refused is
 * then not tried for the next.
 */
public final class Demand {
  private final Share large;
  private final int largeShares;
  private final Share small;
  private final int smallShares;
  private final NodeChoice nodes;
  private final long totalCores;

  /** For {@link TwoRounds} alone: the pass in which no room was found, and for which ends. */
  Object refusedIn;

  long refusedEnd;
  long refusedLimitEnd;

  /** Shares of two sizes; every node that has room for a large one has room for a small one. */
  public Demand(Share large, int largeShares, Share small, int smallShares, NodeChoice nodes) {
    this.large = large;
    this.largeShares = largeShares;
    this.small = small;
    this.smallShares = smallShares;
    this.nodes = nodes;
    this.totalCores = large.cores() * largeShares + small.cores() * smallShares;
  }

  /** Cores of a pool, all in one place. */
  public static Demand ofCores(long cores) {
    Share share = Share.ofCores(cores);
    return new Demand(share, 0, share, 1, NodeChoice.ALL);
  }

  /** The share on the i-th of the job's nodes: the large ones come first. */
  Share share(int i) {
    return i < largeShares ? large : small;
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

  /** Cores over all nodes. */
  public long totalCores() {
    return totalCores;
  }
}
