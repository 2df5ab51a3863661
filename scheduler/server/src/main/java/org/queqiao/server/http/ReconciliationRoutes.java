package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.queqiao.accounting.export.FormWriter;
import org.queqiao.accounting.export.ReportForm;
import org.queqiao.accounting.nodes.CoreTime;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.accounting.sql.NodeReports;
import org.queqiao.accounting.statement.StatementForms;
import org.queqiao.server.view.ClusterView;

/** Where the core time of nodes went. */
final class ReconciliationRoutes {
  /** So many rows at most are in an answer. */
  static final int MOST_ROWS = 100_000;

  private final ClusterView view;
  private final LedgerReads reads;
  private final FormFiles files;

  ReconciliationRoutes(
      ClusterView view, LedgerReads reads, LedgerHistory history, Blocking blocking) {
    this.view = view;
    this.reads = reads;
    this.files = new FormFiles(view, history, blocking);
  }

  void on(Api api) {
    api.on("getReconciliation", this::report);
  }

  private void report(Call call) {
    if (!view.site().scopeOf(call.principal().user()).everything()) {
      throw Refused.forbidden("only administrators, finance and auditors see the time of nodes");
    }
    String from = call.text("from");
    String to = call.text("to");
    if (from.compareTo(to) > 0) {
      throw Refused.invalid("to", "the last month is not before the first");
    }
    boolean byDay = "day".equals(call.text("by"));
    String node = call.text("node");
    String name = "reconciliation-" + from + "-" + to + ".";
    Callable<List<NodeReports.Row>> question = () -> rows(from, to, byDay, node);
    switch (ReportRoutes.format(call)) {
      case "xlsx" ->
          files.file(
              call,
              FormWriter.XLSX,
              name + "xlsx",
              language ->
                  ReportForm.reconciliation(rows(from, to, byDay, node), from, to, language));
      case "csv" ->
          files.ask(
              call,
              question,
              rows -> {
                call.response()
                    .putHeader("Content-Disposition", "attachment; filename=\"" + name + "csv\"");
                call.text(200, "text/csv", csv(rows));
              });
      default ->
          files.ask(
              call,
              question,
              rows ->
                  call.json(200, out -> Json.page(out, rows, null, ReconciliationRoutes::write)));
    }
  }

  private List<NodeReports.Row> rows(String from, String to, boolean byDay, String node) {
    List<NodeReports.Row> rows = reads.nodes().coreTime(from, to, byDay, node, MOST_ROWS + 1);
    if (rows.size() > MOST_ROWS) {
      throw Refused.invalid(
          "from", "these are more than " + MOST_ROWS + " rows: ask for fewer months or one node");
    }
    return rows;
  }

  private static void write(NodeReports.Row row, JsonGenerator out) throws IOException {
    CoreTime time = row.time();
    out.writeStartObject();
    out.writeStringField("period", row.period());
    out.writeStringField("node", row.node());
    out.writeNumberField("capacityCoreMs", time.capacityMs());
    out.writeNumberField("allocatedCoreMs", time.allocatedMs());
    out.writeNumberField("reservedIdleCoreMs", time.reservedMs());
    out.writeNumberField("idleCoreMs", time.idleMs());
    out.writeNumberField("downCoreMs", time.downMs());
    out.writeNumberField("suspendedCoreMs", time.suspendedMs());
    out.writeNumberField("differenceCoreMs", time.differenceMs());
    out.writeStringField("problem", JobDocument.orNull(row.problem()));
    out.writeEndObject();
  }

  private static String csv(List<NodeReports.Row> rows) {
    StringBuilder out = new StringBuilder();
    out.append("period,node,capacity_core_ms,allocated_core_ms,reserved_idle_core_ms,idle_core_ms,")
        .append("down_core_ms,suspended_core_ms,difference_core_ms,problem\r\n");
    for (NodeReports.Row row : rows) {
      CoreTime time = row.time();
      out.append(row.period()).append(',').append(StatementForms.text(row.node()));
      for (long each :
          new long[] {
            time.capacityMs(),
            time.allocatedMs(),
            time.reservedMs(),
            time.idleMs(),
            time.downMs(),
            time.suspendedMs(),
            time.differenceMs()
          }) {
        out.append(',').append(each);
      }
      out.append(',').append(StatementForms.text(row.problem())).append("\r\n");
    }
    return out.toString();
  }
}
