package org.queqiao.agent.slurm;

import org.queqiao.agent.AgentLog;

/**
 * Says when the clocks of slurmctld and of this host begin to differ, and when they do no longer.
 * All times of runs are those of slurmctld.
 */
final class ClockSkew {
  /** Below this it is not said: an answer may have been on its way for some seconds. */
  private static final long MIN_MS = 30_000;

  private boolean said;

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
