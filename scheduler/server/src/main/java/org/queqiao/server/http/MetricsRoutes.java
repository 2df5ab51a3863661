package org.queqiao.server.http;

import java.io.IOException;
import java.util.List;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;
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

  private record Found(List<NodeFigures> nodes, List<NodeSeries> series) {}

  private void ofJob(Call call) {
    runs.find(
        call,
        "what was counted of a job is read by its owner alone",
        job -> {
          RunId run = run(job, call.number("attempt"));
          blocking.ask(
              call,
              () -> run == null ? new Found(List.of(), List.of()) : found(job, run),
              found -> {
                int points = call.number("points").intValue();
                call.json(
                    200,
                    out -> MetricsDocument.ofJob(run, found.nodes(), found.series(), points, out));
              });
        });
  }

  /** The run that was asked for, else the latest; null where it never ran. */
  private static RunId run(OwnRuns.OwnRun job, Long attempt) {
    if (attempt == null) {
      return job.run();
    }
    if (job.run() == null || attempt > job.run().attempt()) {
      throw Refused.notFound("the job has not run so often");
    }
    return new RunId(job.run().job(), attempt.intValue());
  }

  private Found found(OwnRuns.OwnRun job, RunId run) throws IOException {
    List<RunCounters.OfNode> totals =
        counters.find(run.job()).stream().filter(each -> each.metrics().run().equals(run)).toList();
    List<NodeSeries> series = counters.series(run);
    // Of an earlier run the nodes are known that told something.
    List<NodeName> nodes =
        run.equals(job.run()) ? job.nodes().stream().map(NodeName::new).toList() : List.of();
    return new Found(NodeFigures.of(nodes, totals, series, this::absent), series);
  }

  private List<String> absent(NodeName node) {
    return view.nodes().find(node).map(each -> each.facts().absent()).orElse(List.of());
  }
}
