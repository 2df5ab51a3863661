package org.queqiao.core;

import org.queqiao.core.state.Cluster;

/**
 * Remembers at which count of chances a pass found nothing, so that the next pass over the same
 * state costs nothing. Where the order moves with time, every fact is a chance: priorities are
 * those of the last fact, so a pass is a function of the state alone. It is no part of the state:
 * without it every answer is the same, only later.
 */
final class PlanMemory {
  private long fruitlessAt = -1;
  private long fruitlessPosition = -1;

  boolean worthAPass(Cluster cluster) {
    boolean known =
        cluster.priorities().orderMoves()
            ? cluster.position() == fruitlessPosition
            : cluster.chances() == fruitlessAt;
    return !known && !cluster.priorities().backlog().groups().isEmpty();
  }

  /** A pass that began at this count has found nothing; below 0 none has. */
  void foundNothing(long atChances, Cluster cluster) {
    fruitlessAt = atChances;
    fruitlessPosition = atChances < 0 ? -1 : cluster.position();
  }
}
