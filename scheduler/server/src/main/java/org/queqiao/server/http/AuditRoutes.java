package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.queqiao.accounting.ledger.AuditEntry;
import org.queqiao.accounting.sql.AuditRows;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.accounting.statement.StatementForms;

/** Who changed what, and why. */
final class AuditRoutes {
  private static final String CSV_HEAD = "position,time_ms,actor,kind,about,reason,content\r\n";

  private final MoneyDesk desk;

  AuditRoutes(MoneyDesk desk) {
    this.desk = desk;
  }

  void on(Api api) {
    api.on("listAudit", this::list);
  }

  private void list(Call call) {
    if (!desk.view().site().scopeOf(call.principal().user()).everything()) {
      throw Refused.forbidden("only administrators, finance and auditors see the audit");
    }
    AuditRows.Which which =
        new AuditRows.Which(
            call.text("actor"),
            call.text("kind"),
            call.text("about"),
            call.number("from"),
            call.number("to"));
    if (which.fromMs() >= which.toMs()) {
      throw Refused.invalid("to", "to is not after from");
    }
    if ("csv".equals(call.text("format"))) {
      desk.books().stream(
          call, "text/csv; charset=utf-8", "audit.csv", () -> out -> csv(which, out));
      return;
    }
    int limit = call.number("limit").intValue();
    long before = Cursor.jobsBefore(call.text("cursor"));
    desk.books()
        .ask(
            call,
            () -> desk.reads().audit().before(before, which, limit),
            found -> {
              String next =
                  found.size() < limit ? null : Cursor.ofJobsBefore(found.getLast().position());
              call.json(200, out -> Json.page(out, found, next, AuditRoutes::write));
            });
  }

  private static void write(AuditEntry each, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeNumberField("position", each.position());
    out.writeNumberField("timeMs", each.timeMs());
    out.writeStringField("actor", each.actor());
    out.writeStringField("kind", each.kind());
    out.writeStringField("about", each.about());
    out.writeStringField("reason", JobDocument.orNull(each.reason()));
    out.writeFieldName("content");
    out.writeRawValue(each.content());
    out.writeEndObject();
  }

  /** All of them, a page at a time: the file may be longer than the memory. */
  private void csv(AuditRows.Which which, OutputStream out) throws IOException {
    out.write(CSV_HEAD.getBytes(StandardCharsets.UTF_8));
    long before = Long.MAX_VALUE;
    List<AuditEntry> page;
    do {
      page = desk.reads().audit().before(before, which, LedgerReads.MAX_ROWS);
      StringBuilder rows = new StringBuilder();
      for (AuditEntry each : page) {
        before = each.position();
        rows.append(each.position()).append(',').append(each.timeMs());
        for (String text :
            List.of(each.actor(), each.kind(), each.about(), each.reason(), each.content())) {
          rows.append(',').append(StatementForms.text(text));
        }
        rows.append("\r\n");
      }
      out.write(rows.toString().getBytes(StandardCharsets.UTF_8));
    } while (page.size() == LedgerReads.MAX_ROWS);
  }
}
