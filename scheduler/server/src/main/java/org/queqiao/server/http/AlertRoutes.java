package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import org.queqiao.accounting.sql.AlertBook;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.server.alert.AlertJson;
import org.queqiao.server.view.ClusterView;
import org.queqiao.server.view.Scope;

/** Alerts that were made, and how they were sent. */
final class AlertRoutes {
  private final ClusterView view;
  private final LedgerReads reads;
  private final Blocking blocking;

  AlertRoutes(ClusterView view, LedgerReads reads, Blocking blocking) {
    this.view = view;
    this.reads = reads;
    this.blocking = blocking;
  }

  void on(Api api) {
    api.on("listAlerts", this::list);
  }

  private void list(Call call) {
    Scope scope = view.site().scopeOf(call.principal().user());
    List<String> projects =
        scope.everything() ? null : scope.projects().stream().map(ProjectName::value).toList();
    int limit = call.number("limit").intValue();
    long before = Cursor.jobsBefore(call.text("cursor"));
    blocking.ask(
        call,
        () -> reads.alerts().before(before, projects, limit),
        found -> {
          String next =
              found.size() < limit ? null : Cursor.ofJobsBefore(found.getLast().alert().id());
          call.json(200, out -> Json.page(out, found, next, AlertRoutes::write));
        });
  }

  private static void write(AlertBook.Told each, JsonGenerator out) throws IOException {
    out.writeStartObject();
    AlertJson.write(each.alert(), out);
    out.writeArrayFieldStart("deliveries");
    for (AlertBook.Delivery delivery : each.deliveries()) {
      out.writeStartObject();
      out.writeStringField("channel", delivery.channel());
      out.writeStringField("state", delivery.state());
      out.writeNumberField("tries", delivery.tries());
      out.writeStringField("error", JobDocument.orNull(delivery.error()));
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeEndObject();
  }
}
