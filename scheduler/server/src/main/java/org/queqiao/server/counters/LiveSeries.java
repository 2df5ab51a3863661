package org.queqiao.server.counters;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.metrics.Series;

/**
 * The series of living runs, in memory: what is lost with it comes with the end of the run.
 * Bounded: a long series is thinned, and beyond all bounds those that were heard of longest ago go.
 */
final class LiveSeries {
  private static final int ROWS_MAX = 720;
  private static final long CELLS_MAX = 8_000_000;

  private record Key(RunId run, NodeName node) {}

  private final LinkedHashMap<Key, Series> series = new LinkedHashMap<>(16, 0.75f, true);
  private long cells;

  synchronized void add(NodeName node, RunId run, Series later) {
    Key key = new Key(run, node);
    Series before = series.get(key);
    Series now = before == null ? later : before.with(later);
    while (now.rows().size() > ROWS_MAX) {
      now = now.thinned();
    }
    cells += size(now) - (before == null ? 0 : size(before));
    series.put(key, now);
    var oldest = series.entrySet().iterator();
    while (cells > CELLS_MAX && oldest.hasNext()) {
      cells -= size(oldest.next().getValue());
      oldest.remove();
    }
  }

  synchronized void remove(NodeName node, RunId run) {
    Series gone = series.remove(new Key(run, node));
    cells -= gone == null ? 0 : size(gone);
  }

  synchronized List<NodeSeries> of(RunId run) {
    List<NodeSeries> out = new ArrayList<>();
    for (Map.Entry<Key, Series> each : series.entrySet()) {
      if (each.getKey().run().equals(run)) {
        out.add(new NodeSeries(each.getKey().node(), each.getValue()));
      }
    }
    return out;
  }

  private static long size(Series series) {
    return (long) series.rows().size() * (series.counters().size() + 1);
  }
}
