package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.time.YearMonth;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.accounting.sql.MonthReads;
import org.queqiao.accounting.statement.Standing;
import org.queqiao.accounting.statement.Statement;
import org.queqiao.accounting.statement.Tax;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.core.message.Action;
import org.queqiao.core.message.Input;
import org.queqiao.server.view.ClusterView;

/** Months that are checked and closed, and statements that are paid. */
final class MonthRoutes {
  private static final int MAX_REASON = 256;

  private final ClusterView view;
  private final Inputs inputs;
  private final LedgerReads reads;
  private final FormFiles files;
  private final MonthChecks checks;

  MonthRoutes(ClusterView view, Inputs inputs, LedgerReads reads, FormFiles files) {
    this.view = view;
    this.inputs = inputs;
    this.reads = reads;
    this.files = files;
    this.checks =
        new MonthChecks(
            month -> reads.months().wrong(month), MonthChecks.WAIT_MS, System::currentTimeMillis);
  }

  void on(Api api) {
    api.on("listMonths", this::list);
    api.on("listStatements", this::statements);
    api.on("checkMonth", this::check);
    api.on("closeMonth", this::close);
    new PaymentRoutes(view, inputs, reads, files).on(api);
  }

  private void onlyWhoSeesEverything(Call call) {
    if (!view.site().scopeOf(call.principal().user()).everything()) {
      throw Refused.forbidden("only administrators, finance and auditors see the close of months");
    }
  }

  private void list(Call call) {
    onlyWhoSeesEverything(call);
    files.ask(
        call,
        () -> reads.months().list(),
        found -> call.json(200, out -> Json.page(out, found, null, MonthRoutes::write)));
  }

  private static void write(MonthReads.Row row, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("month", row.month());
    out.writeStringField("state", row.closed() ? "CLOSED" : "CHECKED");
    out.writeNumberField("proposal", row.proposal());
    out.writeNumberField("fiscalYear", row.fiscalYear());
    out.writeStringField("checkedBy", row.checkedBy());
    out.writeNumberField("checkedMs", row.checkedMs());
    out.writeStringField("closedBy", JobDocument.orNull(row.closedBy()));
    Json.number(out, "closedMs", row.closed() ? row.closedMs() : null);
    Json.number(out, "position", row.closed() ? row.position() : null);
    out.writeNumberField("statements", row.statements());
    out.writeStringField("sha256", JobDocument.orNull(row.sha256()));
    out.writeStringField("head", JobDocument.orNull(row.hash()));
    out.writeEndObject();
  }

  private void statements(Call call) {
    onlyWhoSeesEverything(call);
    String month = call.text("month");
    String state = call.text("state");
    int limit = call.number("limit").intValue();
    String after = Cursor.namesAfter(call.text("cursor"));
    files.ask(
        call,
        () ->
            reads
                .months()
                .projects(month, after, state == null ? null : Standing.State.valueOf(state), limit)
                .stream()
                .map(project -> Listed.of(reads.statement(project, month)))
                .toList(),
        found -> {
          String next =
              found.size() < limit ? null : Cursor.ofNamesAfter(found.getLast().project());
          call.json(200, out -> Json.page(out, found, next, MonthRoutes::write));
        });
  }

  /** What a list says of a statement: its lines and entries may be very many. */
  private record Listed(
      String project, Standing standing, long coreMs, List<Statement.Total> totals, Tax tax) {
    static Listed of(Statement statement) {
      return new Listed(
          statement.project(),
          statement.standing(),
          statement.coreMs(),
          statement.totals(),
          statement.tax());
    }
  }

  private static void write(Listed statement, JsonGenerator out) throws IOException {
    Standing standing = statement.standing();
    out.writeStartObject();
    out.writeStringField("project", statement.project());
    out.writeStringField("state", standing.state().name());
    out.writeStringField("number", JobDocument.orNull(standing.number()));
    out.writeStringField("paidOn", JobDocument.orNull(standing.paidOn()));
    out.writeStringField("reference", JobDocument.orNull(standing.reference()));
    out.writeNumberField("coreMs", statement.coreMs());
    out.writeArrayFieldStart("totals");
    for (Statement.Total each : statement.totals()) {
      out.writeStartObject();
      out.writeStringField("currency", each.currency());
      out.writeNumberField("amountMicro", each.amountMicro());
      out.writeNumberField("entriesMicro", each.entriesMicro());
      StatementTax.sum(each, statement.tax(), out);
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  /** A proposal about a month. */
  static void write(MoneyChange change, JsonGenerator out) throws IOException {
    if (change instanceof MoneyChange.CloseMonth each) {
      write(each, out);
    } else if (change instanceof MoneyChange.StatementPaid each) {
      write(each, out);
    } else if (change instanceof MoneyChange.ArchiveMonth each) {
      out.writeStringField("kind", "ARCHIVE_MONTH");
      out.writeStringField("month", each.month());
    }
  }

  private static void write(MoneyChange.CloseMonth each, JsonGenerator out) throws IOException {
    out.writeStringField("kind", "CLOSE_MONTH");
    out.writeStringField("month", each.month());
    out.writeNumberField("fiscalYear", each.fiscalYear());
  }

  private static void write(MoneyChange.StatementPaid each, JsonGenerator out) throws IOException {
    out.writeStringField("kind", "STATEMENT_PAID");
    out.writeStringField("project", each.project().value());
    out.writeStringField("month", each.month());
    out.writeStringField("paidOn", each.paidOn());
    out.writeStringField("reference", each.reference());
    out.writeBooleanField("takenBack", each.takenBack());
    out.writeArrayFieldStart("amounts");
    for (MoneyChange.PaidAmount amount : each.amounts()) {
      out.writeStartObject();
      out.writeStringField("currency", amount.currency());
      out.writeNumberField("amountMicro", amount.amountMicro());
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  private void onlyFinance(Call call) {
    onlyFinance(view, call);
  }

  static void onlyFinance(ClusterView view, Call call) {
    if (!view.site().permits(call.principal().actor(), new Action.ChangeMoney())) {
      throw Refused.forbidden("only finance closes months and takes payments");
    }
  }

  private void check(Call call) {
    onlyWhoSeesEverything(call);
    String month = call.text("month");
    files.askUpToDate(
        call,
        () -> found(month),
        found ->
            call.json(
                200,
                out -> {
                  out.writeStartObject();
                  out.writeStringField("month", month);
                  out.writeBooleanField("ready", found.problems().isEmpty());
                  texts("problems", found.problems(), out);
                  texts("matters", found.matters(), out);
                  out.writeEndObject();
                }));
  }

  private static void texts(String field, List<String> texts, JsonGenerator out)
      throws IOException {
    out.writeArrayFieldStart(field);
    for (String each : texts) {
      out.writeString(each);
    }
    out.writeEndArray();
  }

  /**
   * What a check finds.
   *
   * @param problems what keeps the month open
   * @param matters what is not settled, and wants a reason
   */
  record Found(List<String> problems, List<String> matters) {}

  /** The ledger is read for a while, or to its end by the next who asks; the rest is as of now. */
  private Found found(String month) {
    List<String> wrong = checks.of(month);
    MonthReads months = reads.months();
    return new Found(
        MonthReads.few(Stream.concat(months.unfinished(month).stream(), wrong.stream())),
        months.matters(month));
  }

  private void close(Call call) {
    onlyFinance(call);
    YearMonth month = BillingCalendar.parseMonth(call.text("month"));
    Long year = (Long) call.body().get("fiscalYear");
    String despite = (String) call.body().get("despite");
    String why = (String) call.body().get("reason");
    String reason = despite == null ? why : why + "; despite open matters: " + despite;
    if (reason.length() > MAX_REASON) {
      throw Refused.invalid(
          "despite", "reason and despite together have at most " + MAX_REASON + " characters");
    }
    files.askUpToDate(
        call,
        () -> found(month.toString()),
        found -> {
          Optional<Refused> refused = refused(month, found, despite);
          if (refused.isPresent()) {
            call.refuse(refused.get().refusal());
            return;
          }
          long toMs = reads.months().endMs(month.toString());
          int fiscalYear = year == null ? reads.months().fiscalYear(month) : year.intValue();
          propose(
              call,
              new MoneyChange.CloseMonth(month.toString(), toMs, fiscalYear, true, true),
              reason);
        });
  }

  /** Why a month is not closed as it is; empty when it can be. */
  static Optional<Refused> refused(YearMonth month, Found found, String despite) {
    if (!found.problems().isEmpty()) {
      return Optional.of(
          Refused.conflict(
              "month " + month + " cannot be closed: " + String.join("; ", found.problems())));
    }
    return found.matters().isEmpty() || despite != null
        ? Optional.empty()
        : Optional.of(
            Refused.conflict(
                "month "
                    + month
                    + " has open matters: "
                    + String.join("; ", found.matters())
                    + ": settle them, or say in despite why it is closed all the same"));
  }

  private void propose(Call call, MoneyChange change, String reason) {
    propose(inputs, call, change, reason);
  }

  static void propose(Inputs inputs, Call call, MoneyChange change, String reason) {
    inputs.submit(
        call,
        new Input.ProposeMoney(call.principal().actor(), change, reason),
        reply -> MoneyDesk.proposed(call, reply));
  }
}
