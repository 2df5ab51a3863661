package org.queqiao.contract.policy;

/**
 * What becomes of runs that are pushed aside, for the jobs of a quality of service or a partition.
 *
 * @param mode how a run gives up its place
 * @param graceMs between TERM and KILL, in milliseconds; 0 for as long as for any other run
 * @param exemptMs how long a run is left alone after its start, in milliseconds
 */
public record PreemptRules(PreemptMode mode, int graceMs, long exemptMs) {
  /** Nobody is pushed aside. */
  public static final PreemptRules OFF = new PreemptRules(PreemptMode.OFF, 0, 0);

  /** Between TERM and KILL where nothing else is said, as Slurm's KillWait. */
  private static final int KILL_GRACE_MS = 30_000;

  /** How long a grace time is; 0 stands for that of any other run. */
  public static int graceOf(int statedMs) {
    return statedMs == 0 ? KILL_GRACE_MS : statedMs;
  }
}
