package org.queqiao.core.placement;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.JobSpec;

/**
 * The first nodes that fit, in the order in which they come.
 *
 * <p>Tasks are spread evenly, so there are at most two sizes of share: the first {@code tasks %
 * nodes} nodes of a job take one task more. This finds a placement whenever there is one.
 */
public final class FirstFit {
  private FirstFit() {}

  /**
   * Whether a job fits on some nodes as they are.
   *
   * @param groups the groups of the job's wish that a node may serve
   */
  public static boolean fits(
      JobSpec spec,
      NodeWish wish,
      List<? extends Capacity> nodes,
      ToIntFunction<? super Capacity> groups) {
    JobParts parts = JobParts.of(spec, wish);
    long[] count = new long[1 << parts.parts().count()];
    for (Capacity node : nodes) {
      count[parts.mask(groups.applyAsInt(node), need -> node.choose(need) != null)]++;
    }
    return parts.parts().possible(count);
  }

  /**
   * Whether a job that must lie somehow does on the nodes as they are.
   *
   * @param nodes all nodes, because who is next to whom counts
   * @param groups the groups of the job's wish that a node may serve now
   */
  public static boolean lies(
      JobSpec spec,
      NodeWish wish,
      Switches switches,
      List<? extends Capacity> nodes,
      ToIntFunction<? super Capacity> groups) {
    JobParts parts = JobParts.of(spec, wish);
    byte[] masks = new byte[nodes.size()];
    for (int i = 0; i < masks.length; i++) {
      Capacity node = nodes.get(i);
      int serves = groups.applyAsInt(node);
      masks[i] = (byte) parts.mask(serves, need -> node.choose(need) != null);
    }
    List<NodeName> names = new ArrayList<>();
    nodes.forEach(each -> names.add(each.node()));
    return Arrangement.of(spec, parts, new Fabric(switches, names)).choose(parts.parts(), masks)
        != null;
  }
}
