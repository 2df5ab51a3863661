package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.queqiao.accounting.export.DrillForm;
import org.queqiao.accounting.export.FormWriter;
import org.queqiao.accounting.sql.LostRuns;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.RunId;
import org.queqiao.core.message.Action;
import org.queqiao.core.message.Input;

/** Runs whose node vanished, and that somebody has looked at them. */
final class LostRunRoutes {
  /** So many rows a file has at most. */
  private static final int MOST_ROWS = 100_000;

  private final MoneyDesk desk;

  LostRunRoutes(MoneyDesk desk) {
    this.desk = desk;
  }

  void on(Api api) {
    api.on("listLostRuns", this::list);
    api.on("seeLostRuns", this::see);
  }

  private void list(Call call) {
    if (!desk.view().site().scopeOf(call.principal().user()).everything()) {
      throw Refused.forbidden("lost runs are for administrators, finance and auditors");
    }
    String state = call.text("state");
    Boolean seen = state == null ? null : (Boolean) state.equals("SEEN");
    long before = Cursor.jobsBefore(call.text("cursor"));
    if (ReportRoutes.format(call).equals("csv")) {
      desk.books()
          .file(
              call,
              FormWriter.CSV,
              "lost-runs.csv",
              language -> DrillForm.lostRuns(all(before, seen), language));
      return;
    }
    int limit = call.number("limit").intValue();
    desk.books()
        .ask(
            call,
            () -> desk.reads().lostRuns().before(before, seen, limit),
            found -> {
              String next =
                  found.size() < limit
                      ? null
                      : Cursor.ofJobsBefore(found.getLast().run().position());
              call.json(200, out -> Json.page(out, found, next, LostRunRoutes::write));
            });
  }

  private List<LostRuns.Row> all(long before, Boolean seen) {
    List<LostRuns.Row> all = desk.reads().lostRuns().before(before, seen, MOST_ROWS + 1);
    if (all.size() > MOST_ROWS) {
      throw Refused.invalid(
          "format", "these are more than " + MOST_ROWS + " rows: ask for pages of JSON");
    }
    return all;
  }

  /** Who may not do it hears that, and nothing of what is in the books. */
  private void see(Call call) {
    List<RunId> runs = new ArrayList<>();
    for (Object each : (List<?>) call.body().get("runs")) {
      Map<?, ?> run = (Map<?, ?>) each;
      runs.add(new RunId(new JobId((Long) run.get("jobId")), ((Long) run.get("run")).intValue()));
    }
    if (!desk.view().site().permits(call.principal().actor(), new Action.ChangeMoney())) {
      seen(call, runs);
      return;
    }
    desk.books()
        .askUpToDate(
            call,
            () -> desk.reads().lostRuns().of(runs),
            found -> {
              Set<RunId> unknown = new TreeSet<>(runs);
              for (LostRuns.Row each : found) {
                unknown.remove(each.run().run());
                if (each.seen()) {
                  throw Refused.conflict(
                      each.seenBy() + " has looked at run " + each.run().run() + " already");
                }
              }
              if (!unknown.isEmpty()) {
                throw Refused.notFound(
                    "run " + unknown.iterator().next() + " is not one whose node vanished");
              }
              seen(call, runs);
            });
  }

  private void seen(Call call, List<RunId> runs) {
    desk.inputs()
        .submit(
            call,
            new Input.SeeLostRuns(
                call.principal().actor(), runs, (String) call.body().get("reason")),
            _ -> call.noContent());
  }

  private static void write(LostRuns.Row each, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeNumberField("jobId", each.run().run().job().value());
    out.writeNumberField("run", each.run().run().attempt());
    out.writeStringField("state", each.seen() ? "SEEN" : "OPEN");
    out.writeStringField("project", each.run().project().value());
    out.writeStringField("user", each.run().user().value());
    out.writeArrayFieldStart("nodes");
    for (String node : each.run().nodes()) {
      out.writeString(node);
    }
    out.writeEndArray();
    out.writeNumberField("startMs", each.run().startMs());
    out.writeNumberField("billedUntilMs", each.run().billedMs());
    out.writeNumberField("toldMs", each.run().toldMs());
    out.writeNumberField("position", each.run().position());
    out.writeStringField("why", each.run().why());
    out.writeStringField("seenBy", JobDocument.orNull(each.seenBy()));
    Json.number(out, "seenMs", each.seen() ? each.seenMs() : null);
    out.writeStringField("seenWhy", JobDocument.orNull(each.seenWhy()));
    out.writeEndObject();
  }
}
