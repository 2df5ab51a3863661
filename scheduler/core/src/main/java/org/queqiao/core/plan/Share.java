package org.queqiao.core.plan;

import java.util.Arrays;

/**
 * What a job needs on one node, in the kinds of resource of a {@link NodePool}: the first kind is
 * cores, the second, where there is one, memory.
 */
public final class Share implements Comparable<Share> {
  private final long[] needs;
  private final boolean memoryPerCore;
  private final boolean wholeNode;

  /**
   * A share.
   *
   * @param needs how much of each kind, as many as the pool has kinds
   * @param memoryPerCore whether the memory is that of the node divided by its cores, for each core
   *     asked for, instead of {@code needs[1]}
   */
  public Share(long[] needs, boolean memoryPerCore) {
    this(needs, memoryPerCore, false);
  }

  /**
   * The same, or a whole node.
   *
   * @param wholeNode whether it takes all cores of its node, {@code needs[0]} of them at the least,
   *     and nothing else may be there
   */
  public Share(long[] needs, boolean memoryPerCore, boolean wholeNode) {
    this.needs = needs.clone();
    this.memoryPerCore = memoryPerCore;
    this.wholeNode = wholeNode;
  }

  /** A share of cores alone. */
  public static Share ofCores(long cores) {
    return new Share(new long[] {cores}, false);
  }

  /** Cores, of a whole node at the least. */
  public long cores() {
    return needs[0];
  }

  /** Of how many kinds it says something. */
  int size() {
    return needs.length;
  }

  @Override
  public int compareTo(Share other) {
    int order = Arrays.compare(needs, other.needs);
    order = order != 0 ? order : Boolean.compare(memoryPerCore, other.memoryPerCore);
    return order != 0 ? order : Boolean.compare(wholeNode, other.wholeNode);
  }

  long need(int kind) {
    return needs[kind];
  }

  boolean wholeNode() {
    return wholeNode;
  }

  boolean memoryPerCore() {
    return memoryPerCore;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Share that
        && memoryPerCore == that.memoryPerCore
        && wholeNode == that.wholeNode
        && Arrays.equals(needs, that.needs);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(needs);
  }

  @Override
  public String toString() {
    return Arrays.toString(needs)
        + (memoryPerCore ? " and memory per core" : "")
        + (wholeNode ? " of a whole node" : "");
  }
}
