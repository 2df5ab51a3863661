package org.queqiao.core.placement;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.contract.job.JobSpec;

/**
 * How the nodes of a job shall lie to each other: how they must ({@code contiguous}, at most so
 * many switches, of a job with components for the nodes of each of them), or else how they should.
 */
public final class Arrangement {
  private final Fabric fabric;
  private final boolean contiguous;
  private final int switches;
  private final boolean spread;

  /** Of a job with components. */
  private final List<ComponentLayout.Must> musts;

  private long looked;

  private Arrangement(Fabric fabric, JobPlacement placement, List<ComponentLayout.Must> musts) {
    this.fabric = fabric;
    this.contiguous = placement.contiguous();
    this.switches = placement.switches();
    this.spread = placement.spread();
    this.musts = musts;
  }

  /** Whether the nodes of a job, or of a component of it, must lie somehow. */
  public static boolean isDemandedBy(JobSpec spec) {
    return spec.components().stream().anyMatch(each -> mustLie(each.placement()));
  }

  static boolean mustLie(JobPlacement placement) {
    return placement.contiguous() || placement.switches() > 0;
  }

  /** What nodes of one shape ask for; null when they may lie anyhow. */
  public static Arrangement of(JobPlacement placement, int nodes, Fabric fabric) {
    return mustLie(placement) || nodes > 1 && fabric.hasSwitches()
        ? new Arrangement(fabric, placement, List.of())
        : null;
  }

  /** What a job asks for; null when it may lie anyhow. */
  public static Arrangement of(JobSpec spec, JobParts parts, Fabric fabric) {
    List<ComponentLayout.Must> musts = musts(spec, parts, _ -> true);
    return musts.isEmpty()
        ? of(spec.placement(), spec.allNodes(), fabric)
        : new Arrangement(fabric, spec.placement(), musts);
  }

  /**
   * Whether the nodes of one component lie as they must on nodes with these masks, whatever the
   * others get.
   */
  public static boolean lies(
      JobSpec spec, JobParts parts, Fabric fabric, int component, byte[] masks) {
    if (!mustLie(spec.components().get(component).placement())) {
      return true;
    }
    List<ComponentLayout.Must> musts = musts(spec, parts, each -> each == component);
    Parts alone = parts.parts().only(musts.getFirst().parts());
    return new ComponentLayout(fabric, alone, musts).choose(masks) != null;
  }

  private static List<ComponentLayout.Must> musts(
      JobSpec spec, JobParts parts, IntPredicate which) {
    List<ComponentLayout.Must> musts = new ArrayList<>();
    List<JobComponent> components = spec.components();
    for (int i = 0; components.size() > 1 && i < components.size(); i++) {
      JobPlacement placement = components.get(i).placement();
      int set = 0;
      for (int part = 0; part < parts.parts().count(); part++) {
        set |= parts.component(part) == i ? 1 << part : 0;
      }
      if (mustLie(placement) && which.test(i)) {
        musts.add(new ComponentLayout.Must(set, placement.contiguous(), placement.switches()));
      }
    }
    return musts;
  }

  /** Whether a choice that does not lie so is none. */
  public boolean isDemanded() {
    return contiguous || switches > 0 || !musts.isEmpty();
  }

  /**
   * Chooses as {@link Parts#choose}, but so.
   *
   * @return null when there is no choice
   */
  public int[] choose(Parts parts, byte[] masks) {
    if (!musts.isEmpty()) {
      ComponentLayout layout = new ComponentLayout(fabric, parts, musts);
      int[] chosen = layout.choose(masks);
      looked += layout.looked();
      return chosen;
    }
    looked += masks.length;
    if (!isDemanded()) {
      return spread ? fabric.spread(parts, masks) : fabric.packed(parts, masks);
    }
    return contiguous
        ? fabric.inRow(parts, masks, switches)
        : fabric.onFewLeaves(parts, masks, switches);
  }

  /** How many nodes were looked at since the last question. */
  public long takeLooked() {
    long count = looked;
    looked = 0;
    return count;
  }

  /** The most nodes that could lie so. */
  int most(byte[] masks) {
    int least = 0;
    int beyond = masks.length + 1;
    while (beyond - least > 1) {
      int middle = (least + beyond) >>> 1;
      boolean there = choose(new Parts(middle), masks.clone()) != null;
      least = there ? middle : least;
      beyond = there ? beyond : middle;
    }
    return least;
  }

  /** The field that asks for it. */
  String field() {
    return contiguous ? "contiguous" : "switches";
  }
}
