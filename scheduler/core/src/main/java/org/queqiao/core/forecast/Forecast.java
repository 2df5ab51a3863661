package org.queqiao.core.forecast;

/**
 * When a waiting job is expected to start, if nobody submits more. Moments are epoch milliseconds;
 * 0 where nothing can be said.
 *
 * @param p10Ms one start in ten is expected before
 * @param p50Ms half of them
 * @param p90Ms nine in ten
 * @param startsByMs if everything runs to its limit
 * @param samples how many drawn futures this says
 * @param neverStarted in how many of them it did not start within the horizon
 * @param learntRuns from how many ended runs the run times were learnt; 0 when limits were used
 * @param ended why there are no more samples
 */
public record Forecast(
    long p10Ms,
    long p50Ms,
    long p90Ms,
    long startsByMs,
    int samples,
    int neverStarted,
    long learntRuns,
    Ended ended) {
  /** Of a job whose start no time brings. */
  public static final Forecast WITHOUT_A_START =
      new Forecast(0, 0, 0, 0, 0, 0, 0, Ended.WAITS_FOR_SOMEBODY);

  /** Why a forecast has no more samples. */
  public enum Ended {
    /** It has all. */
    COMPLETE,
    /** The work that one question may cost was used up. */
    SPENT,
    /** The job waits for somebody, such as for its release: no time brings its start. */
    WAITS_FOR_SOMEBODY
  }
}
