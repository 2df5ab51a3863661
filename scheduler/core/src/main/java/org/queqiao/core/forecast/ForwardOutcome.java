package org.queqiao.core.forecast;

import java.util.Collections;
import java.util.SortedMap;
import org.queqiao.contract.id.JobId;

/**
 * What a forward run found.
 *
 * @param starts the first start of each job that started, in epoch milliseconds
 * @param fromMs when it began
 * @param reachedMs how far it came
 * @param end why it went no further
 * @param busyCoreMs cores held, times how long, between the two
 * @param aside whom preemption told to make room
 * @param usableCores cores of the nodes that take runs, at its end
 * @param steps facts and slices of passes that it took
 */
public record ForwardOutcome(
    SortedMap<JobId, Long> starts,
    long fromMs,
    long reachedMs,
    End end,
    long busyCoreMs,
    Aside aside,
    long usableCores,
    long steps) {
  /**
   * Runs that were told to make room, by what becomes of them. A job that is requeued, starts again
   * and is pushed aside again is two runs.
   *
   * @param requeued runs whose job waits again
   * @param ended runs whose job ends
   * @param suspended runs that go on later
   * @param lostCoreMs the cores of the requeued and the ended, times how long they had run then
   */
  public record Aside(long requeued, long ended, long suspended, long lostCoreMs) {
    static final Aside NONE = new Aside(0, 0, 0, 0);

    Aside plus(Aside other) {
      return new Aside(
          Math.addExact(requeued, other.requeued),
          Math.addExact(ended, other.ended),
          Math.addExact(suspended, other.suspended),
          Math.addExact(lostCoreMs, other.lostCoreMs));
    }
  }

  /** Why a forward run ended. */
  public enum End {
    /** Every job that was asked about has started. */
    ANSWERED,
    /** Nothing runs and nothing waits for a time: what waits now waits for somebody. */
    QUIET,
    /** The horizon. */
    HORIZON,
    /** It may take no more steps, or was told to stop. */
    SPENT
  }

  public ForwardOutcome {
    starts = Collections.unmodifiableSortedMap(starts);
  }
}
