package org.queqiao.contract.metrics;

import java.util.List;
import org.queqiao.contract.id.RunId;

/**
 * What was counted of a run on one node, from its start to its end.
 *
 * @param run which run
 * @param totals each counter at most once
 */
public record RunMetrics(RunId run, List<CounterValue> totals) {
  /** The most counters of a run. */
  public static final int TOTALS_MAX = 128;

  public RunMetrics {
    totals = List.copyOf(totals);
    if (totals.size() > TOTALS_MAX) {
      throw new IllegalArgumentException("more than " + TOTALS_MAX + " counters of one run");
    }
  }
}
