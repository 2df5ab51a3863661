package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.queqiao.accounting.export.FormWriter;
import org.queqiao.accounting.export.StatementForm;
import org.queqiao.accounting.export.UsageForm;
import org.queqiao.accounting.ledger.JobRow;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.accounting.ledger.StatementEntry;
import org.queqiao.accounting.sql.AllowanceRows;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.accounting.sql.RunHours;
import org.queqiao.accounting.statement.Statement;
import org.queqiao.accounting.statement.StatementForms;
import org.queqiao.accounting.usage.UsageRow;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.job.JobQuote;
import org.queqiao.server.view.ClusterView;

/** Prices, usage, charges, postings, statements, wallets. */
final class AccountingRoutes {
  /** The letters of {@code YYYY-MM}. */
  private static final int PERIOD = 7;

  private final ClusterView view;
  private final LedgerReads reads;
  private final FormFiles files;
  private final JobBooks jobs;

  AccountingRoutes(ClusterView view, LedgerReads reads, LedgerHistory history, Blocking blocking) {
    this.view = view;
    this.reads = reads;
    this.files = new FormFiles(view, history, blocking);
    this.jobs = new JobBooks(view, history, files);
  }

  void on(Api api) {
    api.on("getBalance", this::balance);
    api.on("getWallet", this::wallet);
    api.on("getUsage", this::usage);
    api.on("getCharges", this::charges);
    api.on("getRunningCost", this::running);
    api.on("getStatement", this::statement);
    api.on("getStatementFile", this::statementFile);
  }

  private void balance(Call call) {
    ProjectName project = OwnProject.of(view, call, call.text("name"));
    files.ask(
        call,
        () -> reads.balances(project.value()),
        found ->
            call.json(
                200,
                out -> {
                  out.writeStartObject();
                  AllowanceJson.balances(project, found, out);
                  out.writeEndObject();
                }));
  }

  private record Purse(List<LedgerReads.Balance> balances, List<AllowanceRows.Listed> allowances) {}

  /** Money and core-hours of a project. */
  private void wallet(Call call) {
    ProjectName project = OwnProject.of(view, call, call.text("name"));
    long nowMs = System.currentTimeMillis();
    files.ask(
        call,
        () -> new Purse(reads.balances(project.value()), reads.allowances().of(project.value())),
        found ->
            call.json(
                200,
                out -> {
                  out.writeStartObject();
                  AllowanceJson.balances(project, found.balances(), out);
                  AllowanceJson.write(found.allowances(), nowMs, out);
                  out.writeEndObject();
                }));
  }

  private void usage(Call call) {
    long fromMs = call.number("from");
    long toMs = call.number("to");
    requireRange(fromMs, toMs);
    LedgerReads.By by =
        switch (call.text("by")) {
          case "user" -> LedgerReads.By.USER;
          case "project" -> LedgerReads.By.PROJECT;
          default -> LedgerReads.By.DOMAIN;
        };
    LedgerReads.Scope scope = LedgerHistory.scope(view.site().scopeOf(call.principal().user()));
    if (call.text("format").equals("json")) {
      files.ask(
          call,
          () -> reads.usage(by, fromMs, toMs, scope),
          rows -> call.json(200, out -> Json.page(out, rows, null, AccountingRoutes::write)));
      return;
    }
    UsageForm.By named = UsageForm.By.valueOf(by.name());
    files.file(
        call,
        FormWriter.valueOf(call.text("format").toUpperCase(Locale.ROOT)),
        "usage-" + call.text("by") + "." + call.text("format"),
        language ->
            UsageForm.of(reads.usage(by, fromMs, toMs, scope), named, fromMs, toMs, language));
  }

  static void requireRange(long fromMs, long toMs) {
    if (fromMs >= toMs) {
      throw Refused.invalid("to", "to must be later than from");
    }
  }

  private static void write(UsageRow row, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("name", row.key());
    out.writeNumberField("coreMs", row.coreMs());
    out.writeNumberField("chargeMicro", row.chargeMicro());
    out.writeStringField("currency", JobDocument.orNull(row.currency()));
    out.writeEndObject();
  }

  /**
   * What is posted for a job.
   *
   * @param quoteId the quote under which it was submitted, or null
   * @param endUser for whom a service platform submitted it, or null
   */
  private record Booked(String quoteId, String endUser, List<Posting> postings) {}

  /** Finds the postings of a job that the asker may see. */
  private void ofJob(Call call, Consumer<Booked> answer) {
    jobs.ask(call, id -> List.of(booked(id)), found -> answer.accept(found.getFirst()));
  }

  private Booked booked(JobId id) {
    Optional<JobRow> job = reads.job(id);
    JobQuote quote = job.map(JobRow::quote).orElse(null);
    return new Booked(
        quote == null ? null : quote.id(),
        job.map(each -> JobDocument.orNull(each.endUser())).orElse(null),
        reads.postings(id));
  }

  private void running(Call call) {
    long nowMs = System.currentTimeMillis();
    jobs.ask(
        call,
        id -> reads.hours().of(id, nowMs),
        found -> call.json(200, out -> Json.page(out, found, null, AccountingRoutes::write)));
  }

  private static void write(RunHours.Running each, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeNumberField("run", each.run().attempt());
    out.writeNumberField("startMs", each.startMs());
    out.writeNumberField("cores", each.cores());
    out.writeNumberField("heldMicro", each.heldMicro());
    out.writeNumberField("coreMs", each.coreMs());
    out.writeNumberField("costMicro", each.costMicro());
    out.writeNumberField("minimumMicro", each.minimumMicro());
    out.writeNumberField("coveredCoreMs", each.coveredMs());
    out.writeNumberField("coveredMicro", each.coveredMicro());
    out.writeNumberField("dueMicro", each.dueMicro());
    hours(each, out);
    out.writeEndObject();
  }

  static void hours(RunHours.Running each, JsonGenerator out) throws IOException {
    out.writeArrayFieldStart("hours");
    for (RunHours.Hour hour : each.hours()) {
      out.writeStartObject();
      out.writeNumberField("fromMs", hour.fromMs());
      out.writeNumberField("toMs", hour.toMs());
      out.writeNumberField("coreMs", hour.coreMs());
      out.writeNumberField("priceMicroPerCoreHour", hour.microPerCoreHour());
      out.writeStringField("currency", JobDocument.orNull(hour.currency()));
      out.writeNumberField("costMicro", hour.costMicro());
      out.writeStringField("resource", hour.resource());
      out.writeStringField("nodeType", JobDocument.orNull(hour.nodeType()));
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  private void charges(Call call) {
    ofJob(
        call,
        found -> {
          List<Charge> charges = Charge.of(found.postings());
          call.json(
              200,
              out ->
                  Json.page(
                      out,
                      charges,
                      null,
                      (each, to) -> each.write(found.quoteId(), found.endUser(), to)));
        });
  }

  private void statement(Call call) {
    ProjectName project = OwnProject.of(view, call, call.text("project"));
    String format = call.text("format");
    boolean csv =
        format != null
            ? format.equals("csv")
            : call.accepted("application/json", "text/csv").equals("text/csv");
    String period = call.text("period");
    files.ask(
        call,
        () -> reads.statement(project.value(), period),
        statement -> {
          if (csv) {
            call.response()
                .putHeader(
                    "Content-Disposition",
                    "attachment; filename=\"statement-" + project + "-" + period + ".csv\"");
            call.text(200, "text/csv", StatementForms.csv(statement));
          } else {
            call.json(200, out -> write(statement, out));
          }
        });
  }

  private void statementFile(Call call) {
    String file = call.text("file");
    int dot = file.lastIndexOf('.');
    FormWriter writer = FormWriter.valueOf(file.substring(dot + 1).toUpperCase(Locale.ROOT));
    String period = file.substring(dot - PERIOD, dot);
    ProjectName project = OwnProject.of(view, call, file.substring(0, dot - PERIOD - 1));
    files.file(
        call,
        writer,
        "statement-" + file,
        language -> StatementForm.of(reads.statement(project.value(), period), language));
  }

  private static void write(Statement statement, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("project", statement.project());
    out.writeStringField("period", statement.period());
    out.writeStringField("zone", statement.zone());
    out.writeStringField("pi", JobDocument.orNull(statement.terms().pi()));
    out.writeStringField("costCentre", JobDocument.orNull(statement.terms().costCentre()));
    out.writeNumberField("coreMs", statement.coreMs());
    out.writeNumberField("standardCoreMs", statement.standardMs());
    out.writeStringField("rounding", statement.rounding());
    StatementTax.rate(statement.tax(), out);
    out.writeStringField("state", statement.standing().state().name());
    out.writeStringField("number", JobDocument.orNull(statement.standing().number()));
    out.writeStringField("paidOn", JobDocument.orNull(statement.standing().paidOn()));
    out.writeStringField("reference", JobDocument.orNull(statement.standing().reference()));
    out.writeArrayFieldStart("lines");
    for (Statement.Line line : statement.lines()) {
      out.writeStartObject();
      out.writeNumberField("id", line.id());
      out.writeStringField("user", line.user());
      out.writeStringField("partition", line.partition());
      out.writeNumberField("jobs", line.jobs());
      out.writeNumberField("coreMs", line.coreMs());
      out.writeNumberField("priceMicroPerCoreHour", line.microPerCoreHour());
      out.writeStringField("currency", JobDocument.orNull(line.currency()));
      out.writeStringField("exactNumerator", line.exactNumerator());
      out.writeStringField("exactDivisor", line.exactDivisor().toString());
      out.writeStringField("resource", line.resource());
      out.writeStringField("nodeType", JobDocument.orNull(line.nodeType()));
      out.writeStringField("quantity", line.quantity().toString());
      out.writeNumberField("standardCoreMs", line.standardMs());
      out.writeNumberField("postedMicro", line.postedMicro());
      out.writeNumberField("amountMicro", line.amountMicro());
      out.writeStringField("lateFor", JobDocument.orNull(line.lateFor()));
      out.writeStringField("forProject", JobDocument.orNull(line.forProject()));
      out.writeStringField("paidBy", JobDocument.orNull(line.paidBy()));
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeArrayFieldStart("entries");
    for (StatementEntry each : statement.entries()) {
      write(statement, each, out);
    }
    out.writeEndArray();
    endUsers(statement, out);
    out.writeArrayFieldStart("totals");
    for (Statement.Total total : statement.totals()) {
      out.writeStartObject();
      out.writeStringField("currency", total.currency());
      out.writeNumberField("postedMicro", total.postedMicro());
      out.writeNumberField("amountMicro", total.amountMicro());
      out.writeNumberField("entriesMicro", total.entriesMicro());
      StatementTax.sum(total, statement.tax(), out);
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeEndObject();
  }

  private static void endUsers(Statement statement, JsonGenerator out) throws IOException {
    out.writeArrayFieldStart("endUsers");
    for (Statement.EndUser each : statement.endUsers()) {
      out.writeStartObject();
      out.writeStringField("user", each.user());
      out.writeStringField("endUser", each.endUser());
      out.writeNumberField("coreMs", each.coreMs());
      out.writeNumberField("chargeMicro", each.chargeMicro());
      out.writeStringField("currency", JobDocument.orNull(each.currency()));
      out.writeNumberField("others", each.others());
      out.writeEndObject();
    }
    out.writeEndArray();
  }

  private static void write(Statement statement, StatementEntry each, JsonGenerator out)
      throws IOException {
    out.writeStartObject();
    out.writeStringField(
        "forProject", JobDocument.orNull(StatementForms.forProject(statement, each)));
    out.writeStringField("paidBy", JobDocument.orNull(statement.paidBy(each)));
    out.writeStringField("transaction", each.transaction());
    out.writeStringField("kind", each.kind().name());
    out.writeStringField("user", JobDocument.orNull(each.user()));
    Json.number(out, "jobId", each.run() == null ? null : each.run().job().value());
    Json.number(out, "run", each.run() == null ? null : each.run().attempt());
    out.writeStringField("cause", each.cause());
    out.writeStringField("reason", each.reason());
    out.writeStringField("proposedBy", JobDocument.orNull(each.people().proposedBy()));
    out.writeStringField("approvedBy", JobDocument.orNull(each.people().approvedBy()));
    out.writeNumberField("amountMicro", each.amountMicro());
    out.writeStringField("currency", JobDocument.orNull(each.currency()));
    out.writeNumberField("position", each.position());
    out.writeNumberField("coreMs", each.coreMs());
    out.writeEndObject();
  }
}
