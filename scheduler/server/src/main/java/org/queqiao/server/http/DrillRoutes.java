package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.queqiao.accounting.export.DrillForm;
import org.queqiao.accounting.export.FormWriter;
import org.queqiao.accounting.ledger.Dimensions;
import org.queqiao.accounting.ledger.Posting;
import org.queqiao.accounting.ledger.Unit;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.accounting.sql.LineRuns;
import org.queqiao.accounting.sql.PostingReads;
import org.queqiao.accounting.statement.LineRun;
import org.queqiao.accounting.statement.Statement;
import org.queqiao.contract.account.DomainShare;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.server.view.ClusterView;
import org.queqiao.server.view.Scope;

/** From a line of a statement to its runs, and from a run to its postings. */
final class DrillRoutes {
  /** So many rows a file has at most. */
  private static final int MOST_ROWS = 100_000;

  private final ClusterView view;
  private final LedgerReads reads;
  private final FormFiles files;
  private final JobBooks jobs;

  DrillRoutes(ClusterView view, LedgerReads reads, LedgerHistory history, Blocking blocking) {
    this.view = view;
    this.reads = reads;
    this.files = new FormFiles(view, history, blocking);
    this.jobs = new JobBooks(view, history, files);
  }

  void on(Api api) {
    api.on("listLineRuns", this::runs);
    api.on("listPostings", this::postings);
    api.on("listWalletPostings", this::walletPostings);
  }

  private void runs(Call call) {
    ProjectName project = OwnProject.of(view, call, call.text("project"));
    String period = call.text("period");
    long line = call.number("line");
    LineRuns.After after = Cursor.runsAfter(call.text("cursor"));
    Scope scope = view.site().scopeOf(call.principal().user());
    if (ReportRoutes.format(call).equals("csv")) {
      files.file(
          call,
          FormWriter.CSV,
          "statement-" + project + "-" + period + "-line-" + line + ".csv",
          language ->
              DrillForm.runs(
                  all(project, period, line, after, scope),
                  project.value(),
                  period,
                  divisor(project, period, line),
                  language));
      return;
    }
    int limit = call.number("limit").intValue();
    files.ask(
        call,
        () -> page(project, period, line, after, limit, LineRuns.LOOKED_AT, scope),
        page ->
            call.json(
                200,
                out ->
                    Json.page(
                        out,
                        page.runs(),
                        page.next() == null ? null : Cursor.ofRunsAfter(page.next()),
                        DrillRoutes::write)));
  }

  private LineRuns.Page page(
      ProjectName project,
      String period,
      long line,
      LineRuns.After after,
      int limit,
      int lookedAt,
      Scope scope) {
    requireSeen(project, period, line, scope);
    return reads
        .lineRuns()
        .of(project.value(), period, line, after, limit, lookedAt)
        .orElseThrow(() -> Refused.notFound("the statement has no line with this id"));
  }

  /** Who pays for another project sees what that costs, and nothing of its jobs. */
  private void requireSeen(ProjectName project, String period, long line, Scope scope) {
    reads
        .lineRuns()
        .whose(project.value(), period, line)
        .filter(each -> !each.equals(project.value()))
        .filter(each -> !scope.everything() && !scope.projects().contains(new ProjectName(each)))
        .ifPresent(each -> {
          throw Refused.forbidden(
              "the runs of this line are those of project "
                  + each
                  + ": its managers, administrators, finance and auditors see them");
        });
  }

  private List<LineRun> all(
      ProjectName project, String period, long line, LineRuns.After after, Scope scope) {
    LineRuns.Page page = page(project, period, line, after, MOST_ROWS, Integer.MAX_VALUE, scope);
    if (page.next() != null) {
      throw tooMany();
    }
    return page.runs();
  }

  private static Refused tooMany() {
    return Refused.invalid(
        "format", "these are more than " + MOST_ROWS + " rows: ask for pages of JSON");
  }

  private BigInteger divisor(ProjectName project, String period, long line) {
    return reads.statement(project.value(), period).lines().stream()
        .filter(each -> each.id() == line)
        .map(Statement.Line::exactDivisor)
        .findFirst()
        .orElseThrow();
  }

  private static void write(LineRun run, JsonGenerator out) throws IOException {
    out.writeStartObject();
    Json.number(out, "jobId", run.run() == null ? null : run.run().job().value());
    Json.number(out, "run", run.run() == null ? null : run.run().attempt());
    out.writeStringField("name", run.job());
    out.writeStringField("qos", JobDocument.orNull(run.qos()));
    out.writeStringField("endUser", JobDocument.orNull(run.endUser()));
    out.writeNumberField("fromMs", run.fromMs());
    out.writeNumberField("toMs", run.toMs());
    out.writeNumberField("segments", run.segments());
    out.writeStringField("quantity", run.quantity().toString());
    out.writeNumberField("postedMicro", run.chargedMicro());
    out.writeNumberField("firstPosition", run.firstPosition());
    out.writeNumberField("lastPosition", run.lastPosition());
    out.writeBooleanField("exact", run.exact());
    out.writeEndObject();
  }

  private void postings(Call call) {
    int run = call.number("run") == null ? 0 : call.number("run").intValue();
    int skipped = Cursor.skipped(call.text("cursor"));
    if (ReportRoutes.format(call).equals("csv")) {
      JobBooks.Seen seen = jobs.seen(call);
      files.file(
          call,
          FormWriter.CSV,
          "postings-" + seen.job() + ".csv",
          language ->
              DrillForm.postings(all(seen.orRefuse(), run, skipped), "" + seen.job(), language));
      return;
    }
    int limit = call.number("limit").intValue();
    jobs.ask(
        call,
        job -> reads.postingReads().told(job, run, skipped, limit),
        found ->
            call.json(
                200,
                out ->
                    Json.page(
                        out,
                        found,
                        found.size() < limit ? null : Cursor.ofSkipped(skipped + limit),
                        DrillRoutes::write)));
  }

  private List<Dimensions.Of> all(JobId job, int run, int skipped) {
    List<Dimensions.Of> all = new ArrayList<>();
    List<Dimensions.Of> page;
    do {
      page = reads.postingReads().told(job, run, skipped + all.size(), LedgerReads.MAX_ROWS);
      all.addAll(page);
      if (all.size() > MOST_ROWS) {
        throw tooMany();
      }
    } while (page.size() == LedgerReads.MAX_ROWS);
    return all;
  }

  private void walletPostings(Call call) {
    ProjectName project = OwnProject.of(view, call, call.text("name"));
    PostingReads.Before before = Cursor.postingsBefore(call.text("cursor"));
    if (ReportRoutes.format(call).equals("csv")) {
      files.file(
          call,
          FormWriter.CSV,
          "wallet-" + project + ".csv",
          language -> DrillForm.postings(all(project, before), project.value(), language));
      return;
    }
    int limit = call.number("limit").intValue();
    files.ask(
        call,
        () -> reads.postingReads().toldOfWallet(project, before, limit),
        found ->
            call.json(
                200,
                out ->
                    Json.page(
                        out,
                        found,
                        found.size() < limit ? null : Cursor.ofPostingsBefore(before.behind(found)),
                        DrillRoutes::write)));
  }

  private List<Dimensions.Of> all(ProjectName project, PostingReads.Before before) {
    List<Dimensions.Of> all = reads.postingReads().toldOfWallet(project, before, MOST_ROWS + 1);
    if (all.size() > MOST_ROWS) {
      throw tooMany();
    }
    return all;
  }

  private static void write(Dimensions.Of each, JsonGenerator out) throws IOException {
    Posting posting = each.posting();
    Dimensions of = each.dimensions();
    boolean money = posting.unit() == Unit.MICRO;
    out.writeStartObject();
    out.writeStringField("id", posting.id());
    out.writeStringField("transaction", posting.transaction());
    out.writeStringField("account", posting.account());
    out.writeNumberField(money ? "amountMicro" : "amount", posting.amount());
    out.writeStringField("unit", money ? posting.currency() : posting.unit().name());
    out.writeStringField("currency", JobDocument.orNull(posting.currency()));
    Json.number(out, "jobId", posting.run() == null ? null : posting.run().job().value());
    Json.number(out, "run", posting.run() == null ? null : posting.run().attempt());
    out.writeNumberField("position", posting.position());
    out.writeNumberField("timeMs", posting.timeMs());
    out.writeStringField("quoteId", JobDocument.orNull(of.quote()));
    out.writeStringField("endUser", JobDocument.orNull(of.endUser()));
    out.writeStringField("user", JobDocument.orNull(of.user()));
    out.writeStringField("project", JobDocument.orNull(of.project()));
    out.writeArrayFieldStart("domains");
    for (DomainShare share : of.domains()) {
      out.writeStartObject();
      out.writeStringField("code", share.domain().value());
      out.writeNumberField("permille", share.permille());
      out.writeEndObject();
    }
    out.writeEndArray();
    out.writeStringField("platform", JobDocument.orNull(of.platform()));
    out.writeStringField("cluster", JobDocument.orNull(of.cluster()));
    out.writeStringField("partition", JobDocument.orNull(of.partition()));
    out.writeStringField("qos", JobDocument.orNull(of.qos()));
    out.writeStringField("day", JobDocument.orNull(of.item().day()));
    out.writeStringField("resource", JobDocument.orNull(of.item().resource()));
    out.writeStringField("nodeType", JobDocument.orNull(of.item().nodeType()));
    out.writeEndObject();
  }
}
