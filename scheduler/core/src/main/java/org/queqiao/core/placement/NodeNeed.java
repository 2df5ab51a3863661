package org.queqiao.core.placement;

import java.util.List;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobSpec;

/**
 * What a job needs on one of its nodes.
 *
 * @param cores how many; of a whole node at the least
 * @param memBytes how much; 0 means the node's memory divided by its cores, for each core that it
 *     gets
 * @param gres typed resources
 * @param wholeNode whether nothing else may be there; it then gets all cores
 */
public record NodeNeed(int cores, long memBytes, List<GresRequest> gres, boolean wholeNode) {
  public NodeNeed {
    gres = List.copyOf(gres);
  }

  /** What a job needs on its i-th node. */
  public static NodeNeed of(JobSpec spec, int index) {
    return new NodeNeed(
        spec.coresOnNode(index),
        spec.memOnNode(index),
        spec.gresOnNode(index),
        spec.placement().exclusive());
  }

  /** What it needs on the nodes that have most tasks. */
  public static NodeNeed large(JobSpec spec) {
    return of(spec, 0);
  }

  /** What it needs on the nodes that have fewest tasks. */
  public static NodeNeed small(JobSpec spec) {
    return of(spec, spec.nodes() - 1);
  }
}
