package org.queqiao.core.plan;

import java.util.Arrays;

/**
 * What a job needs on one node, in the kinds of resource of a {@link NodePool}: the first kind is
 * cores, the second, where there is one, memory.
 */
public final class Share {
  private final long[] needs;
  private final boolean memoryPerCore;

  /**
   * A share.
   *
   * @param needs how much of each kind, as many as the pool has kinds
   * @param memoryPerCore whether the memory is that of the node divided by its cores, for each core
   *     asked for, instead of {@code needs[1]}
   */
  public Share(long[] needs, boolean memoryPerCore) {
    this.needs = needs.clone();
    this.memoryPerCore = memoryPerCore;
  }

  /** A share of cores alone. */
  public static Share ofCores(long cores) {
    return new Share(new long[] {cores}, false);
  }

  public long cores() {
    return needs[0];
  }

  long need(int kind) {
    return needs[kind];
  }

  boolean memoryPerCore() {
    return memoryPerCore;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Share that
        && memoryPerCore == that.memoryPerCore
        && Arrays.equals(needs, that.needs);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(needs);
  }

  @Override
  public String toString() {
    return Arrays.toString(needs) + (memoryPerCore ? " and memory per core" : "");
  }
}
