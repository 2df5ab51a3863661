package org.queqiao.agent.slurm;

import org.queqiao.agent.AgentLog;

/**
 * Says when the clocks of slurmctld and of this host begin to differ, and when they do no longer.
 * All times of runs are those of slurmctld.
 */
final class ClockSkew {
  /** Below this it is not said: an answer may have been on its way for some seconds. */
  private static final long MIN_MS = 30_000;

  /** Seconds are told, and an answer takes its time: what is below this is none. */
  private static final long EXACT_MS = 2_000;

  private static final long MS = 1_000;

  private boolean said;

  /**
   * Measures, and says when the clocks begin to differ.
   *
   * @param theirS what the clock of slurmctld said, in whole seconds
   * @param askedMs when it was asked, by the clock of this host
   * @param answeredMs when the answer was there
   * @return by how much it is ahead; 0 where that is less than can be measured
   */
  long measure(long theirS, long askedMs, long answeredMs) {
    long theirMs = theirS * MS + MS / 2;
    long hereMs = askedMs + (answeredMs - askedMs) / 2;
    say(theirMs, hereMs);
    long aheadMs = theirMs - hereMs;
    return Math.abs(aheadMs) < EXACT_MS + (answeredMs - askedMs) / 2 ? 0 : aheadMs;
  }

  /**
   * Compares.
   *
   * @return what was said; empty when nothing was
   */
  String say(long theirMs, long hereMs) {
    long aheadMs = theirMs - hereMs;
    boolean differs = Math.abs(aheadMs) >= MIN_MS;
    if (differs == said) {
      return "";
    }
    said = differs;
    String text =
        !differs
            ? "the clock of slurmctld is that of this host again"
            : "the clock of slurmctld is "
                + Math.abs(aheadMs) / 1_000
                + " s "
                + (aheadMs > 0 ? "ahead of" : "behind")
                + " that of this host";
    AgentLog.warn(text);
    return text;
  }
}
