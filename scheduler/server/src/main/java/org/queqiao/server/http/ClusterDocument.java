package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.queqiao.accounting.ledger.JobRow;
import org.queqiao.contract.id.ClusterName;
import org.queqiao.contract.observe.ClusterNow;
import org.queqiao.contract.observe.ClusterNow.JobNow;
import org.queqiao.core.explain.Table;
import org.queqiao.server.view.ClusterBoard;

/** How clusters under other schedulers are written. */
final class ClusterDocument {
  private ClusterDocument() {}

  /** A job of another scheduler: what runs or waits of it, and its runs that are over. */
  record Job(long number, List<ClusterRoutes.Costed> live, List<JobRow> ended) {
    void write(JsonGenerator out) throws IOException {
      out.writeStartObject();
      out.writeNumberField("number", number);
      if (live.isEmpty()) {
        out.writeNullField("now");
      } else {
        out.writeFieldName("now");
        ClusterDocument.write(live.getFirst(), true, out);
      }
      out.writeArrayFieldStart("runs");
      for (JobRow each : ended) {
        out.writeStartObject();
        out.writeNumberField("jobId", each.id().value());
        out.writeStringField("state", each.state());
        out.writeStringField("detail", each.detail());
        out.writeNumberField("submitMs", each.submitMs());
        Json.number(out, "startMs", each.startMs() == 0 ? null : each.startMs());
        out.writeNumberField("endMs", each.endMs());
        out.writeNumberField("cores", each.cores());
        out.writeNumberField("coreMs", each.coreMs());
        out.writeNumberField("chargeMicro", each.chargeMicro());
        out.writeStringField("currency", JobDocument.orNull(each.currency()));
        out.writeEndObject();
      }
      out.writeEndArray();
      out.writeEndObject();
    }
  }

  static void write(ClusterName name, ClusterBoard.Seen seen, JsonGenerator out)
      throws IOException {
    ClusterNow now = seen.now();
    out.writeStartObject();
    out.writeStringField("name", name.value());
    out.writeStringField("bridge", seen.bridge().value());
    out.writeBooleanField("connected", seen.connected());
    out.writeStringField("version", JobDocument.orNull(seen.version()));
    Json.number(out, "knownMs", seen.knownMs() == 0 ? null : seen.knownMs());
    Json.number(out, "clockAheadMs", seen.knownMs() == 0 ? null : seen.clockAheadMs());
    Json.number(out, "completeMs", seen.completeMs() == 0 ? null : seen.completeMs());
    Json.number(out, "nodes", now == null ? null : now.nodes().size());
    Json.number(out, "cores", now == null ? null : cores(now));
    Json.number(out, "coresBusy", now == null ? null : busy(now));
    Json.number(out, "jobsRunning", now == null ? null : running(now));
    Json.number(out, "jobsWaiting", now == null ? null : now.jobs().size() - running(now));
    Json.number(out, "jobsLeftOut", now == null ? null : now.jobsLeftOut());
    out.writeEndObject();
  }

  private static long cores(ClusterNow now) {
    return now.nodes().stream().mapToLong(ClusterNow.NodeNow::cores).sum();
  }

  private static long busy(ClusterNow now) {
    return now.nodes().stream().mapToLong(ClusterNow.NodeNow::coresBusy).sum();
  }

  private static long running(ClusterNow now) {
    return now.jobs().stream().filter(JobNow::holdsCores).count();
  }

  static String table(List<Map.Entry<ClusterName, ClusterBoard.Seen>> all) {
    Table table =
        new Table(
            "CLUSTER", "BRIDGE", "CONNECTED", ">NODES", ">CORES", ">BUSY", ">RUNNING", ">WAITING");
    for (Map.Entry<ClusterName, ClusterBoard.Seen> each : all) {
      ClusterNow now = each.getValue().now();
      table.row(
          each.getKey(),
          each.getValue().bridge(),
          each.getValue().connected() ? "yes" : "no",
          now == null ? null : now.nodes().size(),
          now == null ? null : cores(now),
          now == null ? null : busy(now),
          now == null ? null : running(now),
          now == null ? null : now.jobs().size() - running(now));
    }
    return table.toString();
  }

  static void write(ClusterNow.NodeNow node, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("name", node.name());
    out.writeStringField("state", node.state());
    out.writeNumberField("cores", node.cores());
    out.writeNumberField("coresBusy", node.coresBusy());
    out.writeNumberField("memBytes", node.memBytes());
    out.writeStringField("gres", JobDocument.orNull(node.gres()));
    out.writeStringField("features", JobDocument.orNull(node.features()));
    out.writeStringField("reason", JobDocument.orNull(node.reason()));
    out.writeEndObject();
  }

  static String nodes(List<ClusterNow.NodeNow> nodes) {
    Table table = new Table("NODE", "STATE", ">CORES", ">BUSY", ">MEM_MIB", "REASON");
    for (ClusterNow.NodeNow each : nodes) {
      table.row(
          each.name(),
          each.state(),
          each.cores(),
          each.coresBusy(),
          each.memBytes() >> 20,
          each.reason());
    }
    return table.toString();
  }

  static void write(ClusterNow.PartitionNow partition, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("name", partition.name());
    out.writeStringField("state", partition.state());
    out.writeNumberField("cores", partition.cores());
    out.writeNumberField("nodes", partition.nodes());
    Json.number(out, "maxLimitMs", partition.limitMs() == 0 ? null : partition.limitMs());
    out.writeStringField("nodeList", partition.nodeList());
    out.writeEndObject();
  }

  static void write(ClusterRoutes.Costed costed, boolean byHour, JsonGenerator out)
      throws IOException {
    JobNow job = costed.job();
    out.writeStartObject();
    out.writeNumberField("number", job.number());
    out.writeStringField("task", JobDocument.orNull(job.task()));
    out.writeStringField("name", job.name());
    out.writeStringField("user", JobDocument.orNull(job.user()));
    out.writeStringField("project", JobDocument.orNull(job.account()));
    out.writeStringField("partition", job.partition());
    out.writeStringField("state", job.state());
    out.writeStringField("reason", JobDocument.orNull(job.reason()));
    out.writeNumberField("submitMs", job.submitMs());
    Json.number(out, "startMs", job.startMs() == 0 ? null : job.startMs());
    out.writeNumberField("cores", job.cores());
    out.writeNumberField("restarts", job.restarts());
    out.writeStringField("nodes", JobDocument.orNull(job.nodes()));
    Json.number(out, "coreMs", costed.cost() == null ? null : costed.cost().coreMs());
    Json.number(out, "costMicro", costed.cost() == null ? null : costed.cost().costMicro());
    out.writeArrayFieldStart("steps");
    for (ClusterNow.StepNow each : job.steps()) {
      out.writeStartObject();
      out.writeStringField("id", each.id());
      out.writeStringField("name", each.name());
      out.writeStringField("state", each.state());
      out.writeNumberField("startMs", each.startMs());
      out.writeNumberField("tasks", each.tasks());
      out.writeStringField("nodes", JobDocument.orNull(each.nodes()));
      out.writeEndObject();
    }
    out.writeEndArray();
    if (byHour && costed.cost() != null) {
      AccountingRoutes.hours(costed.cost(), out);
    }
    out.writeEndObject();
  }

  static String jobs(List<ClusterRoutes.Costed> jobs) {
    Table table =
        new Table(
            ">JOB",
            "NAME",
            "USER",
            "PROJECT",
            "PARTITION",
            "STATE",
            ">CORES",
            ">CORE_S",
            ">COST_MICRO",
            "NODES");
    for (ClusterRoutes.Costed each : jobs) {
      JobNow job = each.job();
      table.row(
          job.task().isEmpty() ? job.number() : job.task(),
          job.name(),
          job.user(),
          job.account(),
          job.partition(),
          job.state(),
          job.cores(),
          each.cost() == null ? null : each.cost().coreMs() / 1_000,
          each.cost() == null ? null : each.cost().costMicro(),
          job.nodes().isEmpty() ? job.reason() : job.nodes());
    }
    return table.toString();
  }
}
