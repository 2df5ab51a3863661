package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.metrics.Counter;
import org.queqiao.contract.metrics.CounterValue;
import org.queqiao.server.counters.RunCounters;

/** What was counted of a job. */
final class MetricsRoutes {
  private final OwnRuns runs;
  private final RunCounters counters;
  private final Blocking blocking;

  MetricsRoutes(OwnRuns runs, RunCounters counters, Blocking blocking) {
    this.runs = runs;
    this.counters = counters;
    this.blocking = blocking;
  }

  void on(Api api) {
    api.on("getJobMetrics", this::ofJob);
  }

  private void ofJob(Call call) {
    runs.find(
        call,
        "what was counted of a job is read by its owner alone",
        job ->
            blocking.ask(
                call,
                () -> job.run() == null ? List.<RunCounters.OfNode>of() : latest(job),
                found -> call.json(200, out -> write(job, found, out))));
  }

  private List<RunCounters.OfNode> latest(OwnRuns.OwnRun job) throws IOException {
    List<RunCounters.OfNode> out = new ArrayList<>();
    for (RunCounters.OfNode each : counters.find(new JobId(job.run().job().value()))) {
      if (each.metrics().run().equals(job.run())) {
        out.add(each);
      }
    }
    return out;
  }

  private static void write(OwnRuns.OwnRun job, List<RunCounters.OfNode> found, JsonGenerator out)
      throws IOException {
    Map<Counter, Long> totals = new EnumMap<>(Counter.class);
    for (RunCounters.OfNode node : found) {
      for (CounterValue value : node.metrics().totals()) {
        Counter counter = Counter.of(value.counter()).orElse(null);
        if (counter != null && value.present()) {
          totals.merge(
              counter, value.value(), counter.isPeak() ? Math::max : MetricsRoutes::capped);
        }
      }
    }
    out.writeStartObject();
    Json.number(out, "attempt", job.run() == null ? null : job.run().attempt());
    out.writeObjectFieldStart("totals");
    for (Map.Entry<Counter, Long> each : totals.entrySet()) {
      out.writeNumberField(each.getKey().text(), each.getValue());
    }
    out.writeEndObject();
    out.writeObjectFieldStart("units");
    for (Counter each : totals.keySet()) {
      out.writeStringField(each.text(), each.unit().text());
    }
    out.writeEndObject();
    out.writeArrayFieldStart("nodes");
    for (RunCounters.OfNode node : found) {
      writeNode(node, out);
    }
    out.writeEndArray();
    out.writeArrayFieldStart("missing");
    for (RunCounters.OfNode node : found) {
      writeMissing(node, out);
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  /** What a node says is never trusted to add up. */
  private static long capped(long one, long other) {
    long sum = one + other;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }

  private static void writeNode(RunCounters.OfNode node, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("node", node.node().value());
    out.writeObjectFieldStart("totals");
    for (CounterValue value : node.metrics().totals()) {
      Counter counter = Counter.of(value.counter()).orElse(null);
      if (counter != null && value.present()) {
        out.writeNumberField(counter.text(), value.value());
      }
    }
    out.writeEndObject();
    out.writeObjectFieldStart("scaled");
    for (CounterValue value : node.metrics().totals()) {
      Counter counter = Counter.of(value.counter()).orElse(null);
      if (counter != null && value.state() == CounterValue.State.SCALED) {
        out.writeNumberField(counter.text(), value.cause());
      }
    }
    out.writeEndObject();
    out.writeEndObject();
  }

  private static void writeMissing(RunCounters.OfNode node, JsonGenerator out) throws IOException {
    for (CounterValue value : node.metrics().totals()) {
      Counter counter = Counter.of(value.counter()).orElse(null);
      if (counter != null && !value.present()) {
        out.writeStartObject();
        out.writeStringField("counter", counter.text());
        out.writeStringField("node", node.node().value());
        out.writeStringField("reason", value.missing());
        out.writeEndObject();
      }
    }
  }
}
