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
 * @param usableCores cores of the nodes that take runs, at its end
 * @param steps facts and slices of passes that it took
 */
public record ForwardOutcome(
    SortedMap<JobId, Long> starts,
    long fromMs,
    long reachedMs,
    End end,
    long busyCoreMs,
    long usableCores,
    long steps) {
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
