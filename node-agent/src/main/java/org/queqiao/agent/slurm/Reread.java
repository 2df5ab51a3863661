package org.queqiao.agent.slurm;

import java.util.ArrayDeque;

/**
 * From when on the history is read again, because what was told may be told otherwise now. As a
 * rule that is some time before the end of what is known. After slurmdbd was away the end of what
 * is known leaps, and what it leapt over is read again for as long as anything else is.
 */
final class Reread {
  /** So many moments are remembered at most. */
  private static final int STEPS = 64;

  private final long overlapMs;
  private final ArrayDeque<Look> looks = new ArrayDeque<>();

  /** A look, and how far the history was known before it. */
  private record Look(long atMs, long completeMs) {}

  /** Everything is read for so long. */
  Reread(long overlapMs) {
    this.overlapMs = overlapMs;
  }

  /** Nothing of before counts any more. */
  void begin() {
    looks.clear();
  }

  /**
   * Where the next look begins.
   *
   * @param nowMs by a clock that only goes forward
   * @param completeMs so far the history is known
   */
  long fromMs(long nowMs, long completeMs) {
    while (!looks.isEmpty() && looks.getFirst().atMs() < nowMs - overlapMs) {
      looks.removeFirst();
    }
    if (looks.isEmpty() || nowMs - looks.getLast().atMs() > overlapMs / STEPS) {
      looks.addLast(new Look(nowMs, completeMs));
    }
    return Math.max(0, Math.min(completeMs - overlapMs, looks.getFirst().completeMs()));
  }
}
