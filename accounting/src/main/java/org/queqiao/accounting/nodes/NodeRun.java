package org.queqiao.accounting.nodes;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.queqiao.contract.id.RunId;

/**
 * What a run holds of nodes.
 *
 * @param run which run
 * @param startMs from when on
 * @param cores how many of each node
 * @param stops when it was suspended
 */
public record NodeRun(RunId run, long startMs, Map<String, Integer> cores, List<Stop> stops) {
  public NodeRun {
    cores = new TreeMap<>(cores);
    stops = List.copyOf(stops);
  }

  /**
   * A time for which it was suspended.
   *
   * @param fromMs its begin
   * @param toMs its end, or {@link Long#MAX_VALUE} while it goes on
   * @param billed whether its cores were billed all the same
   */
  public record Stop(long fromMs, long toMs, boolean billed) {}

  boolean isStopped() {
    return !stops.isEmpty() && stops.getLast().toMs() == Long.MAX_VALUE;
  }

  NodeRun stop(long atMs, boolean billed) {
    List<Stop> more = new ArrayList<>(stops);
    more.add(new Stop(atMs, Long.MAX_VALUE, billed));
    return new NodeRun(run, startMs, cores, more);
  }

  NodeRun go(long atMs) {
    List<Stop> more = new ArrayList<>(stops);
    Stop last = more.removeLast();
    more.add(new Stop(last.fromMs(), atMs, last.billed()));
    return new NodeRun(run, startMs, cores, more);
  }

  /** From and to of the times for which it went on, until a moment. */
  List<long[]> running(long untilMs) {
    List<long[]> all = new ArrayList<>();
    long fromMs = startMs;
    for (Stop stop : stops) {
      all.add(new long[] {fromMs, stop.fromMs()});
      fromMs = stop.toMs();
    }
    if (!isStopped()) {
      all.add(new long[] {fromMs, untilMs});
    }
    return all;
  }
}
