package org.queqiao.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.metrics.Counter;
import org.queqiao.contract.metrics.CounterValue;
import org.queqiao.contract.metrics.RunMetrics;
import org.queqiao.contract.metrics.Series;
import org.queqiao.server.counters.NodeSeries;
import org.queqiao.server.counters.RunCounters;

/** Every counter of a run has a value or a reason, also while it lives and after a lost monitor. */
final class NodeFiguresTest {
  private static final NodeName NODE = new NodeName("n1");
  private static final List<String> ABSENT = List.of("events: cycles fpInstructions1");
  private static final NodeSeries SERIES =
      new NodeSeries(
          NODE,
          new Series(
              10_000,
              List.of(Counter.TASK_CLOCK.number(), Counter.MAJOR_FAULTS.number()),
              List.of(new long[] {1_000, 50, 7}, new long[] {11_000, 90, -1})));

  private static NodeFigures only(List<RunCounters.OfNode> totals, List<NodeSeries> series) {
    List<NodeFigures> all = NodeFigures.of(List.of(NODE), totals, series, _ -> ABSENT);
    assertThat(all).hasSize(1);
    NodeFigures one = all.getFirst();
    for (Counter counter : Counter.values()) {
      if (counter.scope() != Counter.Scope.NODE) {
        boolean valued = one.values().stream().anyMatch(each -> each.counter() == counter.number());
        assertThat(valued || one.missing().containsKey(counter)).as(counter.text()).isTrue();
      }
    }
    return one;
  }

  private static List<RunCounters.OfNode> recorded(CounterValue... values) {
    RunMetrics metrics = new RunMetrics(new RunId(new JobId(1), 1), List.of(values));
    return List.of(new RunCounters.OfNode(NODE, metrics));
  }

  @Test
  void aLivingRunHasWhatItsSeriesSaidLast() {
    NodeFigures live = only(List.of(), List.of(SERIES));
    assertThat(live.values())
        .containsExactly(
            CounterValue.exact(Counter.TASK_CLOCK, 90),
            CounterValue.exact(Counter.MAJOR_FAULTS, 7));
    assertThat(live.lastSeen())
        .containsEntry(Counter.TASK_CLOCK, 11_000L)
        .containsEntry(Counter.MAJOR_FAULTS, 1_000L);
    assertThat(live.missing())
        .containsEntry(Counter.CYCLES, "this node has no such event")
        .containsEntry(Counter.FLOAT_OPERATIONS, "this node has no such event")
        .containsEntry(Counter.READ, NodeFigures.NOT_YET)
        .containsEntry(Counter.MEMORY, NodeFigures.NO_SERIES);
  }

  @Test
  void whatALostMonitorDidNotRecordIsFromTheSeriesOrMissing() {
    NodeFigures lost = only(recorded(CounterValue.exact(Counter.CPU_USER, 5)), List.of(SERIES));
    assertThat(lost.values())
        .contains(CounterValue.exact(Counter.CPU_USER, 5))
        .contains(CounterValue.exact(Counter.TASK_CLOCK, 90));
    assertThat(lost.lastSeen()).doesNotContainKey(Counter.CPU_USER);
    assertThat(lost.missing()).containsEntry(Counter.READ, NodeFigures.NOT_RECORDED);
  }

  @Test
  void whatWasRecordedIsNotWhatTheSeriesSaid() {
    NodeFigures over =
        only(
            recorded(
                CounterValue.exact(Counter.TASK_CLOCK, 95),
                new CounterValue(
                    Counter.MAJOR_FAULTS.number(), CounterValue.State.FORBIDDEN, 0, 0)),
            List.of(SERIES));
    assertThat(over.lastSeen()).isEmpty();
    assertThat(over.missing()).containsEntry(Counter.MAJOR_FAULTS, "the node may not count it");
  }

  @Test
  void aNodeThatToldNothingSaysSoAndNotTooManyDo() {
    assertThat(only(List.of(), List.of()).missing())
        .containsEntry(Counter.CPU_USER, NodeFigures.SILENT)
        .containsEntry(Counter.MEMORY, NodeFigures.SILENT);
    List<NodeName> many = IntStream.range(0, 5_000).mapToObj(i -> new NodeName("c" + i)).toList();
    assertThat(NodeFigures.of(many, List.of(), List.of(), _ -> List.of())).hasSize(100);
  }
}
