package org.queqiao.server.http;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.metrics.Counter;
import org.queqiao.contract.metrics.CounterValue;
import org.queqiao.contract.metrics.Series;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.server.counters.NodeSeries;
import org.queqiao.server.counters.RunCounters;

/**
 * What is known of a run on one node: every counter of a run has a value or a reason why it has
 * none. What was recorded at its end comes first; what was not, because it lives or its monitor was
 * lost, is what its series said last. What only a series has is missing where it has none.
 *
 * @param values what the node recorded, and what its series said last
 * @param lastSeen when, of the values that are from the series
 * @param missing why there is no value
 */
record NodeFigures(
    NodeName node,
    List<CounterValue> values,
    Map<Counter, Long> lastSeen,
    Map<Counter, String> missing) {
  static final String OF_THE_NODE =
      "it is counted of the node as a whole: /api/v1/nodes/{name}/metrics";
  static final String SILENT = "the node has told nothing of this run";
  static final String NOT_YET = "it is told with the end of the run";
  static final String NOT_RECORDED =
      "it was not recorded at the end of the run: its monitor was lost, or does not count it";

  static final String NO_SERIES =
      "no series of the run has it: it was over before a heartbeat, or its node does not count it";

  /** So many nodes that told nothing are listed. */
  private static final int SILENT_MAX = 100;

  /** What a node lists as absent begins so where it is about events. */
  private static final String EVENTS = "events: ";

  /** Of the nodes of a run, of which some have told totals, some a series, and some nothing. */
  static List<NodeFigures> of(
      List<NodeName> nodes,
      List<RunCounters.OfNode> totals,
      List<NodeSeries> series,
      Function<NodeName, List<String>> absent) {
    TreeMap<NodeName, List<CounterValue>> told = new TreeMap<>();
    totals.forEach(each -> told.put(each.node(), each.metrics().totals()));
    TreeMap<NodeName, Series> rows = new TreeMap<>();
    series.forEach(each -> rows.put(each.node(), each.series()));
    TreeSet<NodeName> all = new TreeSet<>(told.keySet());
    all.addAll(rows.keySet());
    nodes.stream().filter(each -> !all.contains(each)).limit(SILENT_MAX).toList().forEach(all::add);
    List<NodeFigures> out = new ArrayList<>();
    for (NodeName node : all) {
      out.add(of(node, told.get(node), rows.get(node), absent.apply(node)));
    }
    return out;
  }

  private static Set<String> events(List<String> absent) {
    TreeSet<String> out = new TreeSet<>();
    for (String each : absent) {
      if (each.startsWith(EVENTS)) {
        out.addAll(List.of(each.substring(EVENTS.length()).split(" ")));
      }
    }
    return out;
  }

  /** What the node says of all its runs, or null. */
  private static String ofRuns(List<String> absent) {
    return absent.stream()
        .filter(each -> each.startsWith(NodeFacts.OF_RUNS))
        .map(each -> each.substring(NodeFacts.OF_RUNS.length()))
        .findFirst()
        .orElse(null);
  }

  private static NodeFigures of(
      NodeName node, List<CounterValue> told, Series series, List<String> absent) {
    Set<String> absentEvents = events(absent);
    String ofRuns = ofRuns(absent);
    List<CounterValue> values = new ArrayList<>();
    EnumMap<Counter, Long> lastSeen = new EnumMap<>(Counter.class);
    EnumMap<Counter, String> missing = new EnumMap<>(Counter.class);
    TreeSet<Integer> recorded = new TreeSet<>();
    if (told != null) {
      for (CounterValue each : told) {
        recorded.add(each.counter());
        values.add(each);
        Counter.of(each.counter())
            .filter(_ -> !each.present())
            .ifPresent(counter -> missing.put(counter, each.missing()));
      }
    }
    for (Counter counter : Counter.values()) {
      if (counter.scope() != Counter.Scope.RUN
          || counter == Counter.FLOAT_OPERATIONS
          || recorded.contains(counter.number())) {
        continue;
      }
      long[] last = last(series, counter);
      if (last != null) {
        values.add(CounterValue.exact(counter, last[1]));
        lastSeen.put(counter, last[0]);
      } else {
        missing.put(
            counter,
            ofRuns != null ? ofRuns : why(told, series, absentEvents.contains(counter.text())));
      }
    }
    if (missing.containsKey(Counter.FLOAT_1)) {
      missing.put(Counter.FLOAT_OPERATIONS, missing.get(Counter.FLOAT_1));
    }
    String silent = told == null && series == null ? SILENT : NO_SERIES;
    for (Counter counter : Counter.values()) {
      if (counter.scope() == Counter.Scope.SERIES && last(series, counter) == null) {
        // Why nothing is told of accelerators is the same for all that is told of them.
        String known = counter.isOfAccelerators() ? missing.get(Counter.ACCELERATOR_TIME) : null;
        missing.put(counter, ofRuns != null ? ofRuns : known != null ? known : silent);
      }
    }
    return new NodeFigures(node, values, lastSeen, missing);
  }

  private static String why(List<CounterValue> told, Series series, boolean noSuchEvent) {
    if (noSuchEvent) {
      return CounterValue.State.UNSUPPORTED.reason();
    }
    if (told != null) {
      return NOT_RECORDED;
    }
    return series == null ? SILENT : NOT_YET;
  }

  /** The last moment at which a series has a value of a counter, and the value; or null. */
  private static long[] last(Series series, Counter counter) {
    int column = series == null ? -1 : series.counters().indexOf(counter.number());
    if (column < 0) {
      return null;
    }
    for (long[] row : series.rows().reversed()) {
      if (row[column + 1] >= 0) {
        return new long[] {row[0], row[column + 1]};
      }
    }
    return null;
  }
}
