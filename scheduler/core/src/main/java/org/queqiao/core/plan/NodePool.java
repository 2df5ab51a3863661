package org.queqiao.core.plan;

/**
 * The nodes as a plan sees them: numbers of free units, without names of cores and devices. A pool
 * of processors is one node.
 *
 * <pre>
 *   free   [ node 0: cores, memory, ... | node 1: cores, memory, ... | ... ]   one row of kinds each
 * </pre>
 */
public final class NodePool {
  private static final int MEMORY = 1;

  private final int nodes;
  private final int kinds;
  private final long[] free;
  private final long[] memoryPerCore;
  private long totalFreeCores;

  /**
   * Nodes with nothing free yet.
   *
   * @param kinds how many kinds of resource; the first is cores, the second memory
   */
  public NodePool(int nodes, int kinds) {
    this.nodes = nodes;
    this.kinds = kinds;
    this.free = new long[Math.multiplyExact(nodes, kinds)];
    this.memoryPerCore = new long[nodes];
  }

  /** One node with so many cores and nothing else. */
  public static NodePool ofProcessors(long processors) {
    NodePool pool = new NodePool(1, 1);
    pool.setFree(0, 0, processors);
    return pool;
  }

  public int nodes() {
    return nodes;
  }

  public int kinds() {
    return kinds;
  }

  /** Says how much of a kind is free on a node. */
  public void setFree(int node, int kind, long amount) {
    int at = node * kinds + kind;
    if (kind == 0) {
      totalFreeCores += amount - free[at];
    }
    free[at] = amount;
  }

  /** Says how much memory goes with a core of this node when a job does not say. */
  public void setMemoryPerCore(int node, long memory) {
    memoryPerCore[node] = memory;
  }

  public long free(int node, int kind) {
    return free[node * kinds + kind];
  }

  /** Free cores over all nodes. */
  public long totalFreeCores() {
    return totalFreeCores;
  }

  /** How much of a kind a share takes on a node. */
  long need(Share share, int node, int kind) {
    return kind == MEMORY && share.memoryPerCore()
        ? memoryPerCore[node] * share.cores()
        : share.need(kind);
  }

  /** Whether a share fits into what is free on a node. */
  boolean fits(Share share, int node) {
    return fits(share, node, free, node * kinds);
  }

  /** Whether a share of this node fits into the row of amounts that begins at an index. */
  boolean fits(Share share, int node, long[] amounts, int row) {
    if (amounts[row] < share.cores()) {
      return false;
    }
    for (int kind = 1; kind < kinds; kind++) {
      if (amounts[row + kind] < need(share, node, kind)) {
        return false;
      }
    }
    return true;
  }

  /** Takes the shares of a job on its nodes. */
  void take(Demand demand, int[] on) {
    for (int i = 0; i < on.length; i++) {
      add(demand.share(i), on[i], free, on[i] * kinds, -1);
    }
    totalFreeCores -= demand.totalCores();
  }

  /** Gives back what a job had on its nodes. */
  void give(Demand demand, int[] on) {
    for (int i = 0; i < on.length; i++) {
      add(demand.share(i), on[i], free, on[i] * kinds, 1);
    }
    totalFreeCores += demand.totalCores();
  }

  /** Adds a share of a node, times a sign, to the row of amounts that begins at an index. */
  void add(Share share, int node, long[] amounts, int row, int sign) {
    amounts[row] += sign * share.cores();
    for (int kind = 1; kind < kinds; kind++) {
      amounts[row + kind] += sign * need(share, node, kind);
    }
  }

  /** Copies all free amounts. */
  void copyFree(long[] into) {
    System.arraycopy(free, 0, into, 0, free.length);
  }
}
