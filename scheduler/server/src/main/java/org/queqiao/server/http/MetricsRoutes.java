package org.queqiao.server.http;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.metrics.Series;
import org.queqiao.server.counters.NodeSeries;
import org.queqiao.server.counters.RunCounters;
import org.queqiao.server.view.ClusterView;

/** What was counted of a job, and of a node. */
final class MetricsRoutes {
  private final ClusterView view;
  private final OwnRuns runs;
  private final RunCounters counters;
  private final Blocking blocking;

  MetricsRoutes(ClusterView view, OwnRuns runs, RunCounters counters, Blocking blocking) {
    this.view = view;
    this.runs = runs;
    this.counters = counters;
    this.blocking = blocking;
  }

  void on(Api api) {
    api.on("getJobMetrics", this::ofJob);
    api.on("getNodeMetrics", this::ofNode);
  }

  private void ofNode(Call call) {
    NodeName name = new NodeName(call.text("name"));
    if (view.nodes().find(name).isEmpty()) {
      throw Refused.notFound("there is no node " + name);
    }
    RunCounters.OfNodeNow now =
        counters
            .ofNode(name)
            .orElse(new RunCounters.OfNodeNow(new Series(1, List.of(), List.of()), List.of()));
    int points = call.number("points").intValue();
    call.json(
        200,
        out -> {
          out.writeStartObject();
          MetricsDocument.totals(now.latest(), out);
          MetricsDocument.series(List.of(new NodeSeries(name, now.series())), points, out);
          out.writeArrayFieldStart("missing");
          MetricsDocument.missing(name, now.latest(), out);
          out.writeEndArray();
          out.writeEndObject();
        });
  }

  /** Totals come with the end of a run, its series while it lives. */
  private record Found(List<RunCounters.OfNode> totals, List<NodeSeries> series) {}

  private void ofJob(Call call) {
    runs.find(
        call,
        "what was counted of a job is read by its owner alone",
        job ->
            blocking.ask(
                call,
                () ->
                    job.run() == null
                        ? new Found(List.of(), List.of())
                        : new Found(latest(job), counters.series(job.run())),
                found -> {
                  int points = call.number("points").intValue();
                  call.json(
                      200,
                      out ->
                          MetricsDocument.ofJob(
                              job.run(), found.totals(), found.series(), points, out));
                }));
  }

  private List<RunCounters.OfNode> latest(OwnRuns.OwnRun job) throws IOException {
    List<RunCounters.OfNode> out = new ArrayList<>();
    for (RunCounters.OfNode each : counters.find(job.run().job())) {
      if (each.metrics().run().equals(job.run())) {
        out.add(each);
      }
    }
    return out;
  }
}
