package org.queqiao.contract.job;

import java.util.List;

/**
 * Nodes of another shape that a job has beside its own, from its start to its end.
 *
 * @param nodes how many, at least 1
 * @param tasks how many over all of them, as many on each
 * @param cpusPerTask cores for each task
 * @param memBytes memory on each node; 0 means the node's memory divided by its cores, per core
 * @param gres typed generic resources on each node
 * @param constraint features that these nodes must have, without counts; empty for none
 */
public record JobComponent(
    int nodes,
    int tasks,
    int cpusPerTask,
    long memBytes,
    List<GresRequest> gres,
    String constraint) {
  public JobComponent {
    gres = List.copyOf(gres);
  }

  /** Cores on each node. */
  public int coresOnNode() {
    return Math.multiplyExact(tasks / nodes, cpusPerTask);
  }

  /** Cores over all nodes. */
  public int totalCores() {
    return Math.multiplyExact(tasks, cpusPerTask);
  }
}
