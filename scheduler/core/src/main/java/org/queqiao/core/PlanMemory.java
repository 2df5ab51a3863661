package org.queqiao.core;

import org.queqiao.core.state.Cluster;

/**
 * Remembers at which count of chances a pass found nothing, so that the next pass over the same
 * state costs nothing. It is no part of the state: without it every answer is the same, only later.
 */
final class PlanMemory {
  private long fruitlessAt = -1;

  boolean worthAPass(Cluster cluster) {
    return cluster.chances() != fruitlessAt && !cluster.jobs().startable().isEmpty();
  }

  /** A pass that began at this count has found nothing; below 0 none has. */
  void foundNothing(long atChances) {
    fruitlessAt = atChances;
  }
}
