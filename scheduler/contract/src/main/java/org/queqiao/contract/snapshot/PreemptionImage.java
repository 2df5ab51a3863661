package org.queqiao.contract.snapshot;

import org.queqiao.contract.id.JobId;
import org.queqiao.contract.policy.PreemptRules;

/**
 * Whom a job makes room for, or whether room is made for it.
 *
 * @param preemptor the job that its run is being ended for, or null
 * @param graceMs between TERM and KILL of its run; 0 for as long as for any other
 * @param killMs when KILL comes, or 0
 * @param claims for how many starts of it runs were ended since it waits: of an array more than 1
 * @param suspends whether its run is stopped for the other job instead of ended
 * @param yields whether others may use the cores of its run: all its processes are stopped
 */
public record PreemptionImage(
    JobId preemptor, int graceMs, long killMs, int claims, boolean suspends, boolean yields) {
  /** Neither. */
  public static final PreemptionImage NONE = new PreemptionImage(null, 0, 0, 0);

  /** A run that is ended for another job, or a job that room is made for. */
  public PreemptionImage(JobId preemptor, int graceMs, long killMs, int claims) {
    this(preemptor, graceMs, killMs, claims, false, false);
  }

  /** A run that is to be stopped for a job from a moment on. */
  public static PreemptionImage suspending(JobId preemptor, long nowMs) {
    return new PreemptionImage(
        preemptor, 0, Math.addExact(nowMs, PreemptRules.graceOf(0)), 0, true, false);
  }

  /** The same run, stopped: others may use its cores. */
  public PreemptionImage yielding() {
    return new PreemptionImage(preemptor, 0, 0, 0, true, true);
  }

  /** A run that makes room for a job from a moment on. */
  public static PreemptionImage leaving(JobId preemptor, int graceMs, long nowMs) {
    long killMs = Math.addExact(nowMs, PreemptRules.graceOf(graceMs));
    return new PreemptionImage(preemptor, graceMs, killMs, 0);
  }

  /** A job that room is made for. */
  public static PreemptionImage claiming(int starts) {
    return starts == 0 ? NONE : new PreemptionImage(null, 0, 0, starts);
  }

  /** Between TERM and KILL of its run, in milliseconds; 0 where it must not wake for TERM. */
  public int killGraceMs() {
    return yields ? 0 : PreemptRules.graceOf(graceMs);
  }
}
