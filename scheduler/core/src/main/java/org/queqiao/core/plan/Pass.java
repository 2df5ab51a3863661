package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.List;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Allocation;
import org.queqiao.core.placement.Placement;
import org.queqiao.core.priority.JobOrder;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;

/**
 * One pass: the waiting jobs in their order, each placed if it fits; the first of a partition that
 * does not fit makes the rest of that partition wait. Looks at as many jobs as it starts and at one
 * more per partition, so a long queue behind a full machine costs nothing.
 */
public final class Pass {
  /** How many runs one pass starts at most, so that inputs never wait long behind it. */
  public static final int MAX_ALLOCATIONS = 256;

  private final JobOrder order;
  private final Placement placement;

  public Pass(JobOrder order, Placement placement) {
    this.order = order;
    this.placement = placement;
  }

  /**
   * What a pass found.
   *
   * @param allocations the runs to start
   * @param more whether it stopped at its bound
   */
  public record Result(List<JobAllocated> allocations, boolean more) {
    public Result {
      allocations = List.copyOf(allocations);
    }
  }

  /** Looks at the state and says what to start; changes nothing. */
  public Result over(Cluster cluster) {
    List<JobAllocated> found = new ArrayList<>();
    if (cluster.nodes().open().isEmpty()) {
      return new Result(found, false);
    }
    Trial trial = new Trial(cluster.nodes());
    JobOrder.Queue queue = order.open(cluster.jobs());
    for (Job job = queue.next(); job != null; job = queue.next()) {
      if (found.size() == MAX_ALLOCATIONS) {
        return new Result(found, true);
      }
      List<Allocation> chosen = placement.place(job.spec(), trial);
      if (chosen.isEmpty()) {
        queue.blockPartition();
      } else {
        trial.take(chosen);
        found.add(new JobAllocated(new RunId(job.id(), job.attempt() + 1), chosen));
      }
    }
    return new Result(found, false);
  }
}
