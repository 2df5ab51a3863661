package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.InstantSource;
import java.time.YearMonth;
import java.util.Optional;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.ArchiveReads;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.core.message.Action;
import org.queqiao.core.message.Input;
import org.queqiao.server.view.ClusterView;

/** Months whose single runs are in files. */
final class ArchiveRoutes {
  private final ClusterView view;
  private final Inputs inputs;
  private final ArchiveReads reads;
  private final FormFiles files;
  private final BillingCalendar calendar;
  private final int afterMonths;
  private final InstantSource clock;

  /**
   * The routes.
   *
   * @param afterMonths how old a month must be, or 0 where none is archived
   */
  ArchiveRoutes(
      ClusterView view,
      Inputs inputs,
      ArchiveReads reads,
      FormFiles files,
      BillingCalendar calendar,
      int afterMonths,
      InstantSource clock) {
    this.view = view;
    this.inputs = inputs;
    this.reads = reads;
    this.files = files;
    this.calendar = calendar;
    this.afterMonths = afterMonths;
    this.clock = clock;
  }

  void on(Api api) {
    api.on("listArchive", this::list);
    api.on("archiveMonth", this::archive);
  }

  private void list(Call call) {
    if (!view.site().scopeOf(call.principal().user()).everything()) {
      throw Refused.forbidden("only administrators, finance and auditors see archived months");
    }
    files.ask(
        call,
        reads::months,
        found -> call.json(200, out -> Json.page(out, found, null, ArchiveRoutes::write)));
  }

  private static void write(ArchiveReads.Month month, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("month", month.month());
    out.writeStringField("state", month.state());
    out.writeNumberField("proposal", month.proposal());
    out.writeStringField("problem", JobDocument.orNull(month.problem()));
    out.writeStringField("manifest", JobDocument.orNull(month.manifest()));
    boolean postings = month.firstPosition() > 0;
    Json.number(out, "firstPosition", postings ? month.firstPosition() : null);
    Json.number(out, "lastPosition", postings ? month.lastPosition() : null);
    out.writeStringField("headBefore", JobDocument.orNull(month.hashBefore()));
    out.writeStringField("headAfter", JobDocument.orNull(month.hashAfter()));
    out.writeArrayFieldStart("parts");
    for (ArchiveReads.Part each : month.parts()) {
      out.writeStartObject();
      out.writeStringField("name", each.name());
      out.writeStringField("table", each.of());
      out.writeNumberField("rows", each.rows());
      out.writeNumberField("bytes", each.bytes());
      out.writeStringField("sha256", each.sha256());
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeArrayFieldStart("steps");
    for (ArchiveReads.Step each : month.steps()) {
      out.writeStartObject();
      out.writeStringField("what", each.what());
      out.writeStringField("by", each.who());
      out.writeNumberField("timeMs", each.atMs());
      out.writeStringField("reason", each.reason());
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  private void archive(Call call) {
    if (!view.site().permits(call.principal().actor(), new Action.ChangeMoney())) {
      throw Refused.forbidden("only finance archives months");
    }
    if (afterMonths == 0) {
      throw Refused.conflict(
          "no month is archived here: accounting.archiveAfterMonths says how old one must be");
    }
    String month = (String) call.body().get("month");
    YearMonth now = YearMonth.parse(calendar.month(clock.millis()));
    files.askUpToDate(
        call,
        () -> reads.refusal(month, now, afterMonths),
        refusal -> propose(call, month, refusal));
  }

  private void propose(Call call, String month, Optional<String> refusal) {
    if (refusal.isPresent()) {
      call.refuse(Refused.conflict(refusal.get()).refusal());
      return;
    }
    inputs.submit(
        call,
        new Input.ProposeMoney(
            call.principal().actor(),
            new MoneyChange.ArchiveMonth(month),
            (String) call.body().get("reason")),
        reply -> MoneyDesk.proposed(call, reply));
  }
}
