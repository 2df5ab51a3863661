package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.accounting.sql.UsageReports;
import org.queqiao.accounting.statement.StatementForms;
import org.queqiao.server.view.ClusterView;

/** Reports over months and years. */
final class ReportRoutes {
  private final ClusterView view;
  private final LedgerReads reads;
  private final LedgerHistory history;
  private final Blocking blocking;

  ReportRoutes(ClusterView view, LedgerReads reads, LedgerHistory history, Blocking blocking) {
    this.view = view;
    this.reads = reads;
    this.history = history;
    this.blocking = blocking;
  }

  void on(Api api) {
    api.on("getUsageReport", this::usage);
  }

  private void usage(Call call) {
    List<UsageReports.By> by = by(call.text("by"));
    String from = call.text("from");
    String to = call.text("to");
    if (from.compareTo(to) > 0) {
      throw Refused.invalid("to", "the last month is not before the first");
    }
    int most = call.number("top").intValue();
    String format = call.text("format");
    boolean csv =
        format != null
            ? format.equals("csv")
            : call.accepted("application/json", "text/csv").equals("text/csv");
    LedgerReads.Scope scope = LedgerHistory.scope(view.site().scopeOf(call.principal().user()));
    long seen = view.position();
    blocking.ask(
        call,
        () -> {
          history.awaitBooks(seen);
          return reads.reports().usage(by, from, to, scope, most);
        },
        rows -> {
          if (csv) {
            call.response()
                .putHeader(
                    "Content-Disposition",
                    "attachment; filename=\"usage-" + from + "-" + to + ".csv\"");
            call.text(200, "text/csv", csv(by, rows));
          } else {
            call.json(200, out -> Json.page(out, rows, null, (row, json) -> write(by, row, json)));
          }
        });
  }

  private static List<UsageReports.By> by(String text) {
    List<UsageReports.By> by = new ArrayList<>();
    for (String each : text.split(",")) {
      by.add(UsageReports.By.valueOf(each.toUpperCase(Locale.ROOT)));
    }
    if (new TreeSet<>(by).size() != by.size()) {
      throw Refused.invalid("by", "each thing to group by is named once");
    }
    return by;
  }

  private static String name(UsageReports.By by) {
    return by.name().toLowerCase(Locale.ROOT);
  }

  private static void write(List<UsageReports.By> by, UsageReports.Row row, JsonGenerator out)
      throws IOException {
    out.writeStartObject();
    for (int i = 0; i < by.size(); i++) {
      out.writeStringField(name(by.get(i)), row.keys().get(i));
    }
    out.writeNumberField("coreMs", row.coreMs());
    out.writeNumberField("standardCoreMs", row.standardMs());
    out.writeNumberField("chargeMicro", row.chargeMicro());
    out.writeStringField("currency", JobDocument.orNull(row.currency()));
    out.writeEndObject();
  }

  private static String csv(List<UsageReports.By> by, List<UsageReports.Row> rows) {
    StringBuilder out = new StringBuilder();
    by.forEach(each -> out.append(name(each)).append(','));
    out.append("core_hours,core_ms,charge,currency,standard_core_hours\r\n");
    for (UsageReports.Row row : rows) {
      row.keys().forEach(each -> out.append(StatementForms.text(each)).append(','));
      out.append(StatementForms.coreHours(row.coreMs()))
          .append(',')
          .append(row.coreMs())
          .append(',')
          .append(StatementForms.money(row.chargeMicro()))
          .append(',')
          .append(StatementForms.text(row.currency()))
          .append(',')
          .append(StatementForms.coreHours(row.standardMs()))
          .append("\r\n");
    }
    return out.toString();
  }
}
