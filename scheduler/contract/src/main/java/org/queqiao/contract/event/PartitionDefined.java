package org.queqiao.contract.event;

import org.queqiao.contract.id.PartitionName;

/**
 * A partition exists, or its rules changed.
 *
 * @param name the partition
 * @param isDefault whether jobs that name none go here; makes the former default an ordinary one
 * @param defaultLimitMs time limit of jobs that name none
 * @param maxLimitMs the longest time limit
 */
public record PartitionDefined(
    PartitionName name, boolean isDefault, long defaultLimitMs, long maxLimitMs) implements Event {}
