package org.queqiao.accounting.ledger;

import java.util.ArrayList;
import java.util.List;
import org.queqiao.contract.id.RunId;

/**
 * A run that holds cores.
 *
 * @param run which run
 * @param startMs logical time of its allocation
 * @param cores over all its nodes
 * @param heldMicro what its wallet holds back for it
 * @param currency of the hold, or empty
 * @param stops when its time was not billed because it was suspended: from, to, from, to and so on;
 *     without the last where that goes on
 */
public record OpenRun(
    RunId run, long startMs, long cores, long heldMicro, String currency, List<Long> stops) {
  public OpenRun {
    stops = List.copyOf(stops);
  }

  /** A run that was never suspended. */
  public OpenRun(RunId run, long startMs, long cores, long heldMicro, String currency) {
    this(run, startMs, cores, heldMicro, currency, List.of());
  }

  /**
   * Time that is billed.
   *
   * @param fromMs its first moment
   * @param toMs the first moment after it
   */
  public record Interval(long fromMs, long toMs) {}

  /** Whether its time is not billed now. */
  public boolean isStopped() {
    return stops.size() % 2 == 1;
  }

  /** The same, from this moment on stopped, or billed again. */
  public OpenRun edge(long atMs) {
    List<Long> more = new ArrayList<>(stops);
    more.add(atMs);
    return new OpenRun(run, startMs, cores, heldMicro, currency, more);
  }

  /** Its billed time until its end, in order. */
  public List<Interval> intervals(long endMs) {
    List<Interval> out = new ArrayList<>();
    long fromMs = startMs;
    for (int i = 0; i < stops.size(); i += 2) {
      out.add(new Interval(fromMs, stops.get(i)));
      fromMs = i + 1 < stops.size() ? stops.get(i + 1) : endMs;
    }
    out.add(new Interval(fromMs, endMs));
    return out;
  }
}
