package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.metrics.Counter;
import org.queqiao.contract.metrics.CounterValue;
import org.queqiao.contract.metrics.Series;
import org.queqiao.server.counters.NodeSeries;

/** Counters as JSON. */
final class MetricsDocument {
  /** Instructions of 1, 2, 4, 8 and 16 floating-point operations. */
  private static final List<Counter> FLOATS =
      List.of(Counter.FLOAT_1, Counter.FLOAT_2, Counter.FLOAT_4, Counter.FLOAT_8, Counter.FLOAT_16);

  private MetricsDocument() {}

  /** A run, or null, with what is known of all its nodes and their series. */
  static void ofJob(
      RunId run, List<NodeFigures> nodes, List<NodeSeries> series, int points, JsonGenerator out)
      throws IOException {
    EnumMap<Counter, Long> sums = new EnumMap<>(Counter.class);
    nodes.forEach(node -> add(node.values(), sums));
    out.writeStartObject();
    Json.number(out, "attempt", run == null ? null : run.attempt());
    totals(sums, series, out);
    out.writeArrayFieldStart("nodes");
    for (NodeFigures node : nodes) {
      if (!node.values().isEmpty()) {
        ofNode(node, out);
      }
    }
    out.writeEndArray();
    series(series, points, out);
    out.writeArrayFieldStart("missing");
    for (NodeFigures node : nodes) {
      for (Map.Entry<Counter, String> each : node.missing().entrySet()) {
        missing(node.node(), each.getKey(), each.getValue(), out);
      }
      for (Counter counter : Counter.values()) {
        if (counter.scope() == Counter.Scope.NODE) {
          missing(node.node(), counter, NodeFigures.OF_THE_NODE, out);
        }
      }
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  /** The fields totals and units. */
  static void totals(List<CounterValue> values, JsonGenerator out) throws IOException {
    EnumMap<Counter, Long> sums = new EnumMap<>(Counter.class);
    add(values, sums);
    totals(sums, List.of(), out);
  }

  /** The field series: of each node its moments, and for each counter as many values. */
  static void series(List<NodeSeries> all, int points, JsonGenerator out) throws IOException {
    out.writeArrayFieldStart("series");
    for (NodeSeries each : all) {
      List<long[]> rows = chosen(each.series(), points);
      out.writeStartObject();
      out.writeStringField("node", each.node().value());
      column("timesMs", rows, 0, out);
      out.writeObjectFieldStart("values");
      for (int i = 0; i < each.series().counters().size(); i++) {
        Counter counter = Counter.of(each.series().counters().get(i)).orElse(null);
        int column = i + 1;
        if (counter != null && rows.stream().anyMatch(row -> row[column] >= 0)) {
          column(counter.text(), rows, column, out);
        }
      }
      out.writeEndObject();
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  /** What of these values is missing, into an open array. */
  static void missing(NodeName node, List<CounterValue> values, JsonGenerator out)
      throws IOException {
    for (CounterValue value : values) {
      Counter counter = Counter.of(value.counter()).orElse(null);
      if (counter != null && !value.present()) {
        missing(node, counter, value.missing(), out);
        if (counter == Counter.FLOAT_1) {
          missing(node, Counter.FLOAT_OPERATIONS, value.missing(), out);
        }
      }
    }
  }

  private static void missing(NodeName node, Counter counter, String reason, JsonGenerator out)
      throws IOException {
    out.writeStartObject();
    out.writeStringField("counter", counter.text());
    out.writeStringField("node", node.value());
    out.writeStringField("reason", reason);
    out.writeEndObject();
  }

  /** At most so many rows, evenly, with the last one. */
  private static List<long[]> chosen(Series series, int points) {
    List<long[]> rows = series.rows();
    int step = Math.max(1, (rows.size() + points - 1) / points);
    List<long[]> out = new ArrayList<>();
    for (int i = (rows.size() - 1) % step; i >= 0 && i < rows.size(); i += step) {
      out.add(rows.get(i));
    }
    return out;
  }

  private static void column(String name, List<long[]> rows, int column, JsonGenerator out)
      throws IOException {
    out.writeArrayFieldStart(name);
    for (long[] row : rows) {
      if (row[column] < 0) {
        out.writeNull();
      } else {
        out.writeNumber(row[column]);
      }
    }
    out.writeEndArray();
  }

  private static void add(List<CounterValue> values, EnumMap<Counter, Long> sums) {
    for (CounterValue value : values) {
      Counter counter = Counter.of(value.counter()).orElse(null);
      if (counter != null && value.present()) {
        sums.merge(counter, value.value(), counter.isPeak() ? Math::max : MetricsDocument::capped);
      }
    }
    floatingPoint(sums);
  }

  /** All operations, of which an instruction may be several. */
  private static void floatingPoint(EnumMap<Counter, Long> sums) {
    long operations = 0;
    for (int i = 0; i < FLOATS.size(); i++) {
      long instructions = sums.getOrDefault(FLOATS.get(i), 0L);
      boolean fits = instructions <= Long.MAX_VALUE >> i;
      operations = capped(operations, fits ? instructions << i : Long.MAX_VALUE);
    }
    if (sums.containsKey(Counter.FLOAT_1)) {
      sums.put(Counter.FLOAT_OPERATIONS, operations);
    }
  }

  /** What a node says is never trusted to add up. */
  private static long capped(long one, long other) {
    long sum = one + other;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }

  /** With the units of what the series have, too. */
  private static void totals(
      EnumMap<Counter, Long> sums, List<NodeSeries> series, JsonGenerator out) throws IOException {
    EnumSet<Counter> named = EnumSet.noneOf(Counter.class);
    named.addAll(sums.keySet());
    for (NodeSeries each : series) {
      each.series().counters().forEach(number -> Counter.of(number).ifPresent(named::add));
    }
    out.writeObjectFieldStart("totals");
    for (Map.Entry<Counter, Long> each : sums.entrySet()) {
      out.writeNumberField(each.getKey().text(), each.getValue());
    }
    out.writeEndObject();
    out.writeObjectFieldStart("units");
    for (Counter each : named) {
      out.writeStringField(each.text(), each.unit().text());
    }
    out.writeEndObject();
  }

  private static void ofNode(NodeFigures node, JsonGenerator out) throws IOException {
    EnumMap<Counter, Long> own = new EnumMap<>(Counter.class);
    add(node.values(), own);
    out.writeStartObject();
    out.writeStringField("node", node.node().value());
    totals(own, List.of(), out);
    out.writeObjectFieldStart("scaled");
    for (CounterValue value : node.values()) {
      Counter counter = Counter.of(value.counter()).orElse(null);
      if (counter != null && value.state() == CounterValue.State.SCALED) {
        out.writeNumberField(counter.text(), value.cause());
      }
    }
    out.writeEndObject();
    out.writeObjectFieldStart("lastSeenMs");
    for (Map.Entry<Counter, Long> each : node.lastSeen().entrySet()) {
      out.writeNumberField(each.getKey().text(), each.getValue());
    }
    out.writeEndObject();
    out.writeEndObject();
  }
}
