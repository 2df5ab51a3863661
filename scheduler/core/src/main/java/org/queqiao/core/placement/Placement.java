package org.queqiao.core.placement;

import java.util.List;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;

/** A rule that chooses nodes for a job. */
public interface Placement {
  /**
   * Chooses; takes nothing.
   *
   * @param nodes what is free, in the order of the node names
   * @return one allocation for each node of the job, in the order of {@link JobSpec#coresOnNode},
   *     or an empty list when it does not fit now
   */
  List<Allocation> place(JobSpec spec, Iterable<? extends Capacity> nodes);
}
