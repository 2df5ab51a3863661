package org.queqiao.contract.event;

import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.policy.PreemptRules;

/**
 * A partition exists, or its rules changed.
 *
 * @param name the partition
 * @param isDefault whether jobs that name none go here; makes the former default an ordinary one
 * @param defaultLimitMs time limit of jobs that name none
 * @param maxLimitMs the longest time limit
 * @param nodes the nodes that its jobs may use, such as {@code cn[001-064],gn7}; empty for all
 * @param plansByLimits whether its jobs are planned as if they ran to their limits, whatever is
 *     learnt from jobs that ended
 * @param tier jobs of a partition with a higher one are planned first, and may push aside those of
 *     a lower one
 * @param preemption what becomes of its own jobs when they are pushed aside
 */
public record PartitionDefined(
    PartitionName name,
    boolean isDefault,
    long defaultLimitMs,
    long maxLimitMs,
    String nodes,
    boolean plansByLimits,
    int tier,
    PreemptRules preemption)
    implements Event {
  /** The tier of a partition that says none. */
  public static final int TIER = 1;

  /** A partition of all nodes. */
  public PartitionDefined(
      PartitionName name, boolean isDefault, long defaultLimitMs, long maxLimitMs) {
    this(name, isDefault, defaultLimitMs, maxLimitMs, "");
  }

  /** A partition whose jobs are planned by what is learnt. */
  public PartitionDefined(
      PartitionName name, boolean isDefault, long defaultLimitMs, long maxLimitMs, String nodes) {
    this(name, isDefault, defaultLimitMs, maxLimitMs, nodes, false);
  }

  /** A partition of the ordinary tier whose jobs are not pushed aside. */
  public PartitionDefined(
      PartitionName name,
      boolean isDefault,
      long defaultLimitMs,
      long maxLimitMs,
      String nodes,
      boolean plansByLimits) {
    this(name, isDefault, defaultLimitMs, maxLimitMs, nodes, plansByLimits, TIER, PreemptRules.OFF);
  }

  /** The same, as the default one or not. */
  public PartitionDefined withDefault(boolean value) {
    return new PartitionDefined(
        name, value, defaultLimitMs, maxLimitMs, nodes, plansByLimits, tier, preemption);
  }
}
