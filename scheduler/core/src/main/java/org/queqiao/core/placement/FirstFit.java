package org.queqiao.core.placement;

import java.util.ArrayList;
import java.util.List;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;

/**
 * The first nodes that fit, by name.
 *
 * <p>Tasks are spread evenly, so there are at most two sizes of share: the first {@code tasks %
 * nodes} nodes of a job take one task more. A node that fits the large share takes one while any is
 * left, else a small one. This finds a placement whenever there is one, because every node that
 * fits the large share fits the small one.
 */
public final class FirstFit implements Placement {
  @Override
  public List<Allocation> place(JobSpec spec, Iterable<? extends Capacity> nodes) {
    int largeShares = spec.tasks() % spec.nodes();
    int smallShares = spec.nodes() - largeShares;
    int largeCores = spec.coresOnNode(0);
    int smallCores = spec.coresOnNode(spec.nodes() - 1);
    List<Allocation> large = new ArrayList<>();
    List<Allocation> small = new ArrayList<>();
    for (Capacity node : nodes) {
      Allocation chosen = null;
      if (large.size() < largeShares) {
        chosen = node.choose(largeCores, spec.memBytes(), spec.gres());
        if (chosen != null) {
          large.add(chosen);
        }
      }
      if (chosen == null && small.size() < smallShares) {
        chosen = node.choose(smallCores, spec.memBytes(), spec.gres());
        if (chosen != null) {
          small.add(chosen);
        }
      }
      if (large.size() == largeShares && small.size() == smallShares) {
        large.addAll(small);
        return large;
      }
    }
    return List.of();
  }
}
