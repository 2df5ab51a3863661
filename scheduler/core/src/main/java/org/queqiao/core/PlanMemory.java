package org.queqiao.core;

import org.queqiao.core.state.Cluster;

/**
 * Remembers at which count of chances a pass found nothing, so that the next pass over the same
 * state costs nothing. Where the order moves with time, every fact is a chance: priorities are
 * those of the last fact, so a pass is a function of the state alone. It is no part of the state:
 * without it every answer is the same, only later.
 */
final class PlanMemory {
  private static final long NEVER = Long.MAX_VALUE;

  private long fruitlessAt = -1;
  private long fruitlessPosition = -1;
  private long retryMs = NEVER;

  boolean worthAPass(Cluster cluster) {
    boolean known =
        cluster.priorities().orderMoves()
            ? cluster.position() == fruitlessPosition
            : cluster.chances() == fruitlessAt;
    boolean waits =
        !cluster.priorities().backlog().groups().isEmpty()
            || !cluster.jobs().preemption().suspended().isEmpty();
    return !known && waits;
  }

  /** Time has passed: from some moment on a pass may find something in the same state. */
  void passTo(long nowMs) {
    if (retryMs <= nowMs) {
      retryMs = NEVER;
      fruitlessAt = -1;
      fruitlessPosition = -1;
    }
  }

  /** When a pass may find something without any fact, or -1. */
  long retryMs() {
    return retryMs == NEVER ? -1 : retryMs;
  }

  /**
   * A pass that began at this count and behind this fact has found nothing; below 0 none has. What
   * came while it was cut may be a chance.
   *
   * @param tryAgainMs from when on it may find something in the same state, or the greatest number
   */
  void foundNothing(long atChances, long atPosition, long tryAgainMs) {
    retryMs = atChances < 0 ? NEVER : tryAgainMs;
    fruitlessAt = atChances;
    fruitlessPosition = atChances < 0 ? -1 : atPosition;
  }
}
