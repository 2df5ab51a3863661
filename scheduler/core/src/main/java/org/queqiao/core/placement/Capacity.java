package org.queqiao.core.placement;

import java.util.List;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.GresRequest;

/** What is free on one node, to look at. */
public interface Capacity {
  NodeName node();

  int freeCores();

  long freeMemBytes();

  /**
   * Chooses free core ids, close to each other, and the lowest free device indexes; takes nothing.
   *
   * @param cores how many
   * @param memBytes how much; 0 means the node's memory divided by its cores, for each of these
   *     cores
   * @param gres typed resources; a request without a model takes one model when that has enough,
   *     else several
   * @return what would be taken, or null when it does not fit
   */
  Allocation choose(int cores, long memBytes, List<GresRequest> gres);

  /** The same for what a job needs on one of its nodes. */
  Allocation choose(NodeNeed need);

  /** The same, to try something on. */
  NodeCapacity copy();
}
