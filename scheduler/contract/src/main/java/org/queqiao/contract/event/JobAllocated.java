package org.queqiao.contract.event;

import java.util.List;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Allocation;

/**
 * A run holds these resources from now on; this is its start.
 *
 * @param run which run
 * @param allocations one per node; the script runs on the first
 */
public record JobAllocated(RunId run, List<Allocation> allocations) implements Event {
  public JobAllocated {
    allocations = List.copyOf(allocations);
  }
}
