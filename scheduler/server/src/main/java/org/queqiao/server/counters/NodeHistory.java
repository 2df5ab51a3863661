package org.queqiao.server.counters;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.metrics.Counter;
import org.queqiao.contract.metrics.CounterValue;
import org.queqiao.contract.metrics.Series;

/**
 * The heartbeats of each node of the last hour, in memory; of a large cluster those of a shorter
 * time, so that all of them together stay within a bound.
 */
final class NodeHistory {
  private static final int ROWS_MAX = 360;
  private static final int ALL_ROWS_MAX = 1_000_000;
  private static final int INTERVAL_MS = 10_000;

  private static final Counter[] COLUMNS =
      Arrays.stream(Counter.values())
          .filter(each -> each.scope() == Counter.Scope.NODE)
          .toArray(Counter[]::new);

  /**
   * What is known of a node.
   *
   * @param series its heartbeats
   * @param latest the values of the last one, with why others are missing
   */
  record Known(Series series, List<CounterValue> latest) {}

  private static final class History {
    private final ArrayDeque<long[]> rows = new ArrayDeque<>();
    private List<CounterValue> latest = List.of();
  }

  private final ConcurrentHashMap<NodeName, History> nodes = new ConcurrentHashMap<>();

  void heard(NodeName node, long wallMs, AgentMessage.Heartbeat beat) {
    List<CounterValue> all = new ArrayList<>(beat.counters());
    all.add(CounterValue.exact(Counter.NODE_LOAD, beat.load1Milli()));
    all.add(CounterValue.exact(Counter.NODE_CPU, beat.cpuBusyUs()));
    all.add(CounterValue.exact(Counter.NODE_MEMORY, beat.memUsedBytes()));
    long[] row = new long[COLUMNS.length + 1];
    row[0] = wallMs;
    for (int i = 0; i < COLUMNS.length; i++) {
      row[i + 1] = value(all, COLUMNS[i]);
    }
    History history = nodes.computeIfAbsent(node, any -> new History());
    int most = Math.clamp(ALL_ROWS_MAX / nodes.size(), 1, ROWS_MAX);
    synchronized (history) {
      history.rows.add(row);
      history.latest = List.copyOf(all);
      while (history.rows.size() > most) {
        history.rows.poll();
      }
    }
  }

  Optional<Known> of(NodeName node) {
    History history = nodes.get(node);
    if (history == null) {
      return Optional.empty();
    }
    synchronized (history) {
      List<Integer> numbers = Arrays.stream(COLUMNS).map(Counter::number).toList();
      return Optional.of(
          new Known(
              new Series(INTERVAL_MS, numbers, new ArrayList<>(history.rows)), history.latest));
    }
  }

  private static long value(List<CounterValue> all, Counter counter) {
    for (CounterValue each : all) {
      if (each.counter() == counter.number() && each.present()) {
        return each.value();
      }
    }
    return -1;
  }
}
