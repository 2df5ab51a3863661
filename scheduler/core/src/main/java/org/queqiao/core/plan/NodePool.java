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
  /** Nodes in a block: full blocks are passed over at once. */
  static final int BLOCK = 64;

  private static final int MEMORY = 1;

  private final int nodes;
  private final int kinds;

  /** Resources of several models: the kind of the resource, then those of its models. */
  private int[][] models = {};

  private final long[] free;
  private final long[] memoryPerCore;
  private final long[] allCores;
  private final boolean[] closed;
  private final long[] blockMost;
  private long totalFreeCores;
  private long version;

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
    this.allCores = new long[nodes];
    this.closed = new boolean[nodes];
    this.blockMost = new long[(nodes + BLOCK - 1) / BLOCK];
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

  /**
   * Says which kinds are models of which resource, where there are several.
   *
   * @param kindsOf for each resource its kind, then those of its models
   */
  void setModels(int[][] kindsOf) {
    models = kindsOf;
  }

  /** The kinds of resources that have several models, each followed by those of its models. */
  int[][] models() {
    return models;
  }

  /** Says how much of a kind is free on a node. */
  public void setFree(int node, int kind, long amount) {
    int at = node * kinds + kind;
    if (kind == 0 && !closed[node]) {
      totalFreeCores += amount - free[at];
      raiseBlock(node, amount);
    }
    free[at] = amount;
    version++;
  }

  /** Says how much memory goes with a core of this node when a job does not say. */
  public void setMemoryPerCore(int node, long memory) {
    memoryPerCore[node] = memory;
  }

  /** Says how many cores a node has, free or not: what a share of a whole node takes. */
  public void setAllCores(int node, long cores) {
    allCores[node] = cores;
  }

  /** How much memory goes with a core of a node when a job does not say. */
  long memoryPerCore(int node) {
    return memoryPerCore[node];
  }

  /** How many cores a node has, free or not. */
  long allCores(int node) {
    return allCores[node];
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
        ? memoryPerCore[node] * cores(share, node)
        : share.need(kind);
  }

  /** How many cores a share takes on a node; more than it has where it is too small. */
  long cores(Share share, int node) {
    return share.wholeNode() ? Math.max(allCores[node], share.cores()) : share.cores();
  }

  /** Whether a share fits into what is free on a node. */
  boolean fits(Share share, int node) {
    return fits(share, node, free, node * kinds);
  }

  /** Whether a share of this node fits into the row of amounts that begins at an index. */
  boolean fits(Share share, int node, long[] amounts, int row) {
    if (amounts[row] < cores(share, node)) {
      return false;
    }
    for (int kind = 1; kind < kinds; kind++) {
      if (amounts[row + kind] < need(share, node, kind)) {
        return false;
      }
    }
    return true;
  }

  /** Lets nothing start on a node any more. */
  public void close(int node) {
    if (!closed[node]) {
      closed[node] = true;
      version++;
      totalFreeCores -= free[node * kinds];
    }
  }

  /** Another number after each change that is neither a start nor an end. */
  long version() {
    return version;
  }

  boolean closed(int node) {
    return closed[node];
  }

  /** No node of a block has more free cores than this. */
  long mostFreeCores(int block) {
    return blockMost[block];
  }

  /** Says that no node of a block has more free cores than this. */
  void mostFreeCores(int block, long cores) {
    blockMost[block] = cores;
  }

  private void raiseBlock(int node, long cores) {
    int block = node / BLOCK;
    blockMost[block] = Math.max(blockMost[block], cores);
  }

  /** Takes the shares of a job on its nodes. */
  void take(Demand demand, int[] on) {
    for (int i = 0; i < on.length; i++) {
      change(demand.share(i), on[i], -1);
    }
  }

  /** Gives back what a job had on its nodes. */
  void give(Demand demand, int[] on) {
    for (int i = 0; i < on.length; i++) {
      change(demand.share(i), on[i], 1);
      raiseBlock(on[i], free[on[i] * kinds]);
    }
  }

  private void change(Share share, int node, int sign) {
    add(share, node, free, node * kinds, sign);
    if (!closed[node]) {
      totalFreeCores += sign * cores(share, node);
    }
  }

  /** Adds a share of a node, times a sign, to the row of amounts that begins at an index. */
  void add(Share share, int node, long[] amounts, int row, int sign) {
    amounts[row] += sign * cores(share, node);
    for (int kind = 1; kind < kinds; kind++) {
      amounts[row + kind] += sign * need(share, node, kind);
    }
  }

  /** Copies all free amounts. */
  void copyFree(long[] into) {
    System.arraycopy(free, 0, into, 0, free.length);
  }
}
