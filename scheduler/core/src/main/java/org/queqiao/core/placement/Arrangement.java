package org.queqiao.core.placement;

import org.queqiao.contract.job.JobPlacement;

/**
 * How the nodes of a job shall lie to each other: how they must ({@code contiguous}, at most so
 * many switches), or else how they should.
 */
public final class Arrangement {
  private final Fabric fabric;
  private final boolean contiguous;
  private final int switches;
  private final boolean spread;

  private Arrangement(Fabric fabric, JobPlacement placement) {
    this.fabric = fabric;
    this.contiguous = placement.contiguous();
    this.switches = placement.switches();
    this.spread = placement.spread();
  }

  /** What a job asks for; null when it may lie anyhow. */
  public static Arrangement of(JobPlacement placement, int nodes, Fabric fabric) {
    boolean must = placement.contiguous() || placement.switches() > 0;
    return must || (nodes > 1 && fabric.hasSwitches()) ? new Arrangement(fabric, placement) : null;
  }

  /** Whether a choice that does not lie so is none. */
  public boolean isDemanded() {
    return contiguous || switches > 0;
  }

  /**
   * Chooses as {@link Parts#choose}, but so.
   *
   * @return null when there is no choice
   */
  public int[] choose(Parts parts, byte[] masks) {
    if (!isDemanded()) {
      return spread ? fabric.spread(parts, masks) : fabric.packed(parts, masks);
    }
    return contiguous
        ? fabric.inRow(parts, masks, switches)
        : fabric.onFewLeaves(parts, masks, switches);
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
