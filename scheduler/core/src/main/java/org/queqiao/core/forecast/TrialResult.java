package org.queqiao.core.forecast;

import org.queqiao.contract.id.ReservationName;
import org.queqiao.core.message.Rejection;

/**
 * What a trial shows: the cluster run forward without and with it, on equal assumptions.
 *
 * @param refused why it may not be done or cannot be, or null
 * @param samples how many futures were run, each without and with it
 * @param base without it; null when it is refused or no sample was finished
 * @param changed with it
 * @param compared what the others that wait do on both sides; null like these two
 * @param apart how many jobs wait now and are on neither side, because no time brings their start
 * @param looked the job that is looked at, as it is tried; null when there is none
 */
public record TrialResult(
    Rejection refused,
    int samples,
    Side base,
    Side changed,
    Compared compared,
    int apart,
    Looked looked) {
  /** A trial that may not be done or cannot be. */
  static TrialResult refused(Rejection why) {
    return new TrialResult(why, 0, null, null, null, 0, null);
  }

  /**
   * What the job that is looked at would be told at its submission.
   *
   * @param reservation the one in which it would run, or null
   * @param unpaid why the wallet or a budget does not pay for it as it is now, or null
   * @param never why it cannot start under the limits as they are now, or null
   */
  public record Looked(ReservationName reservation, String unpaid, String never) {}

  /**
   * The others that wait now and may start by themselves, by the sides on which they start before
   * the horizon. The counts are means over the samples, rounded so that they add up to all.
   *
   * @param onBoth how many start on both
   * @param onNeither how many on none
   * @param baseAlone how many start only without what is tried
   * @param changedAlone how many only with it
   * @param baseMeanWaitMs how long those waited since their submission without it that start on
   *     both sides of the same sample, the mean of them all; -1 where there is none
   * @param changedMeanWaitMs how long the same ones waited with it
   */
  public record Compared(
      int onBoth,
      int onNeither,
      int baseAlone,
      int changedAlone,
      long baseMeanWaitMs,
      long changedMeanWaitMs) {}

  /**
   * One side; means over the samples, times in milliseconds.
   *
   * @param startMs when the job that is looked at starts, the median of the samples; 0 when there
   *     is none or it does not
   * @param jobs the others that wait now and may start by themselves
   * @param notStarted how many of them do not start before the horizon
   * @param meanWaitMs their mean wait since their submission; who does not start waits to the
   *     horizon
   * @param p95WaitMs the wait that 95 in 100 of them do not exceed
   * @param utilisationPpm cores held of those that take runs, until the horizon, in millionths
   * @param requeued runs that are told before the horizon to make room and whose job waits again;
   *     this and the next three are rounded up
   * @param ended likewise runs whose job ends
   * @param suspended likewise runs that are suspended
   * @param lostCoreS core-seconds that the requeued and the ended had run
   */
  public record Side(
      long startMs,
      int jobs,
      int notStarted,
      long meanWaitMs,
      long p95WaitMs,
      long utilisationPpm,
      long requeued,
      long ended,
      long suspended,
      long lostCoreS) {}
}
