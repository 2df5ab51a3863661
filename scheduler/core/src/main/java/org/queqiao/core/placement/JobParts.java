package org.queqiao.core.placement;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobSpec;

/**
 * The parts of a job: the groups of nodes of its own and of each component in their order, the one
 * in which the first nodes with one task more end cut in two.
 */
public final class JobParts {
  private final Parts parts;
  private final List<Part> list;
  private final NodeNeed[] needs;

  /** So many nodes of a group of a component, with one task more or without. */
  private record Part(int component, int group, boolean large, int wanted) {}

  private JobParts(JobSpec spec, List<Part> list) {
    this.list = list;
    this.parts = new Parts(list.stream().mapToInt(Part::wanted).toArray());
    this.needs = new NodeNeed[list.size()];
    int first = 0;
    for (int part = 0; part < needs.length; part++) {
      needs[part] = NodeNeed.of(spec, first);
      first += parts.wanted(part);
    }
  }

  /** The parts of a job with a wish, of which it has no more than {@link Parts#MAX}. */
  public static JobParts of(JobSpec spec, NodeWish wish) {
    return new JobParts(spec, list(spec, wish));
  }

  /** How many parts a component of a job with a wish has; 0 is the job's own nodes. */
  public static int count(JobComponent of, NodeWish wish, int component) {
    List<Part> list = new ArrayList<>();
    add(list, of, wish.sizes(component, of.nodes()), component, 0, false);
    return list.size();
  }

  private static List<Part> list(JobSpec spec, NodeWish wish) {
    List<Part> list = new ArrayList<>();
    List<JobComponent> components = spec.components();
    // Who takes more nodes than it must have takes them of the last group, of which it may need
    // none.
    boolean grows = components.size() == 1 && spec.mostNodes() > spec.allNodes();
    int group = 0;
    for (int component = 0; component < components.size(); component++) {
      JobComponent each = components.get(component);
      int[] sizes = wish.sizes(component, each.nodes());
      add(list, each, sizes, component, group, grows);
      group += sizes.length;
    }
    return list;
  }

  private static void add(
      List<Part> list, JobComponent of, int[] sizes, int component, int firstGroup, boolean grows) {
    int largeLeft = of.tasks() % of.nodes();
    for (int i = 0; i < sizes.length; i++) {
      int larges = Math.min(sizes[i], largeLeft);
      largeLeft -= larges;
      if (larges > 0) {
        list.add(new Part(component, firstGroup + i, true, larges));
      }
      if (sizes[i] > larges || grows && larges == 0 && i == sizes.length - 1) {
        list.add(new Part(component, firstGroup + i, false, sizes[i] - larges));
      }
    }
  }

  public Parts parts() {
    return parts;
  }

  /** Whether all nodes are of one group. */
  public boolean isOneGroup() {
    for (int part = 1; part < parts.count(); part++) {
      if (group(part) != group(0)) {
        return false;
      }
    }
    return true;
  }

  /** The group of a part. */
  public int group(int part) {
    return list.get(part).group();
  }

  /** The component of a part; 0 is the job's own nodes. */
  public int component(int part) {
    return list.get(part).component();
  }

  /** Whether the nodes of a part have one task more. */
  public boolean large(int part) {
    return list.get(part).large();
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
    return group(part);
  }

  /** What a part needs on each of its nodes. */
  public NodeNeed need(int part) {
    return needs[part];
  }

  /** What a node can serve, as a mask of parts. */
  public int mask(int groups, Predicate<NodeNeed> fits) {
    int mask = 0;
    for (int part = 0; part < parts.count(); part++) {
      boolean serves = (groups >> group(part) & 1) == 1 && fits.test(needs[part]);
      mask |= serves ? 1 << part : 0;
    }
    return mask;
  }
}
