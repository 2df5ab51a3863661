package org.queqiao.core.placement;

import java.util.Arrays;
import java.util.function.Predicate;
import org.queqiao.contract.job.JobSpec;

/**
 * The parts of a job: its groups of nodes in their order, the one in which the first nodes with one
 * task more end cut in two.
 */
public final class JobParts {
  private final Parts parts;
  private final int[] group;
  private final boolean[] large;
  private final NodeNeed[] needs;

  private JobParts(JobSpec spec, Parts parts, int[] group, boolean[] large) {
    this.parts = parts;
    this.group = group;
    this.large = large;
    this.needs = new NodeNeed[parts.count()];
    int first = 0;
    for (int part = 0; part < needs.length; part++) {
      needs[part] = NodeNeed.of(spec, first);
      first += parts.wanted(part);
    }
  }

  /** The parts of a job with a wish. */
  public static JobParts of(JobSpec spec, NodeWish wish) {
    int largeLeft = spec.tasks() % spec.nodes();
    int[] sizes = wish.sizes(spec);
    int[] wanted = new int[sizes.length + 1];
    int[] group = new int[sizes.length + 1];
    boolean[] large = new boolean[sizes.length + 1];
    int count = 0;
    // Who takes more nodes than it must have takes them of the last group, of which it may need
    // none.
    boolean grows = spec.mostNodes() > spec.allNodes();
    for (int i = 0; i < sizes.length; i++) {
      int larges = Math.min(sizes[i], largeLeft);
      largeLeft -= larges;
      if (larges > 0) {
        group[count] = i;
        large[count] = true;
        wanted[count++] = larges;
      }
      if (sizes[i] > larges || grows && larges == 0 && i == sizes.length - 1) {
        group[count] = i;
        wanted[count++] = sizes[i] - larges;
      }
    }
    return new JobParts(spec, new Parts(Arrays.copyOf(wanted, count)), group, large);
  }

  public Parts parts() {
    return parts;
  }

  /** Whether all nodes are of one group. */
  public boolean isOneGroup() {
    for (int part = 1; part < parts.count(); part++) {
      if (group[part] != group[0]) {
        return false;
      }
    }
    return true;
  }

  /** The group of a part. */
  public int group(int part) {
    return group[part];
  }

  /** Whether the nodes of a part have one task more. */
  public boolean large(int part) {
    return large[part];
  }

  /**
   * The group of the i-th node of the job; those that it takes beyond its least are of the last.
   */
  public int groupOfNode(int index) {
    int left = index;
    int part = 0;
    while (part < parts.count() - 1 && left >= parts.wanted(part)) {
      left -= parts.wanted(part++);
    }
    return group[part];
  }

  /** What a part needs on each of its nodes. */
  public NodeNeed need(int part) {
    return needs[part];
  }

  /** What a node can serve, as a mask of parts. */
  public int mask(int groups, Predicate<NodeNeed> fits) {
    int mask = 0;
    for (int part = 0; part < parts.count(); part++) {
      boolean serves = (groups >> group[part] & 1) == 1 && fits.test(needs[part]);
      mask |= serves ? 1 << part : 0;
    }
    return mask;
  }
}
