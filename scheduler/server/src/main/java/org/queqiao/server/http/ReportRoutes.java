package org.queqiao.server.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;
import org.queqiao.accounting.export.FormWriter;
import org.queqiao.accounting.export.ReportForm;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.accounting.sql.EndedReports;
import org.queqiao.accounting.sql.LedgerReads;
import org.queqiao.accounting.sql.UsageReports;
import org.queqiao.accounting.statement.StatementForms;
import org.queqiao.accounting.usage.BurnDown;
import org.queqiao.accounting.usage.DomainView;
import org.queqiao.accounting.usage.EndedRow;
import org.queqiao.accounting.usage.ReportBy;
import org.queqiao.accounting.usage.ReportRow;
import org.queqiao.accounting.usage.ReportTooLarge;
import org.queqiao.contract.id.DomainCode;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.server.config.NearestName;
import org.queqiao.server.view.ClusterView;

/** Reports over months and years. */
final class ReportRoutes {
  private final ClusterView view;
  private final LedgerReads reads;
  private final FormFiles files;
  private final BillingCalendar calendar;

  ReportRoutes(
      ClusterView view,
      LedgerReads reads,
      LedgerHistory history,
      BillingCalendar calendar,
      Blocking blocking) {
    this.view = view;
    this.reads = reads;
    this.files = new FormFiles(view, history, blocking);
    this.calendar = calendar;
  }

  void on(Api api) {
    api.on("getUsageReport", this::usage);
    api.on("getEndedReport", this::ended);
    api.on("getBurnDown", this::burnDown);
  }

  private void usage(Call call) {
    UsageReports.Question asked = question(call);
    List<ReportBy> by = asked.by();
    LedgerReads.Scope scope = scope(call);
    String name = "usage-" + asked.fromMonth() + "-" + asked.toMonth() + ".";
    switch (format(call)) {
      case "xlsx" ->
          files.file(
              call,
              FormWriter.XLSX,
              name + "xlsx",
              language ->
                  ReportForm.usage(
                      by, usage(asked, scope), asked.fromMonth(), asked.toMonth(), language));
      case "csv" ->
          files.stream(
              call,
              FormWriter.CSV.mediaType(),
              name + "csv",
              () -> {
                List<ReportRow> rows = usage(asked, scope);
                return out -> csv(asked, rows, out);
              });
      default ->
          files.ask(
              call,
              () -> usage(asked, scope),
              rows ->
                  call.json(
                      200, out -> Json.page(out, rows, null, (row, json) -> write(by, row, json))));
    }
  }

  private List<ReportRow> usage(UsageReports.Question asked, LedgerReads.Scope scope) {
    try {
      return reads.reports().usage(asked, scope);
    } catch (ReportTooLarge tooLarge) {
      throw Refused.invalid("by", tooLarge.getMessage());
    }
  }

  private List<EndedRow> ended(
      List<EndedReports.By> by,
      Months months,
      LedgerReads.Scope scope,
      int most,
      DomainView domains) {
    try {
      return reads.endedReports().ended(by, months.from(), months.to(), scope, most, domains);
    } catch (ReportTooLarge tooLarge) {
      throw Refused.invalid("by", tooLarge.getMessage());
    }
  }

  private static void refuseConflict(Optional<String> conflict) {
    conflict.ifPresent(words -> {
      throw Refused.invalid("by", words);
    });
  }

  private UsageReports.Question question(Call call) {
    List<ReportBy> by = list(call.text("by"), text -> ReportBy.valueOf(constant(text)));
    refuseConflict(ReportBy.conflict(by));
    Months months = months(call);
    boolean trend = "true".equals(call.text("trend"));
    if (trend) {
      trend(by, months);
    }
    if (by.contains(ReportBy.DAY)) {
      YearMonth most =
          YearMonth.parse(months.from()).plusMonths(UsageReports.MOST_MONTHS_BY_DAY - 1L);
      if (YearMonth.parse(months.to()).isAfter(most)) {
        throw Refused.invalid(
            "to", "by day at most " + UsageReports.MOST_MONTHS_BY_DAY + " months, to " + most);
      }
    }
    return new UsageReports.Question(
        by,
        months.from(),
        months.to(),
        call.number("top").intValue(),
        call.text("order").equals("charge"),
        trend,
        domains(call, by.contains(ReportBy.DOMAIN)));
  }

  /** A trend compares whole periods. */
  private void trend(List<ReportBy> by, Months months) {
    ReportBy time =
        ReportBy.time(by)
            .orElseThrow(() ->
                Refused.invalid(
                    "trend", "a trend is by day, month, year or a fiscal period: name one in by"));
    if (ReportBy.crosses(by)) {
      throw Refused.invalid(
          "trend", "years and fiscal periods cross: name month in by, or one of both");
    }
    if (time.months() > 1) {
      refusePart(time, YearMonth.parse(months.from()), true);
      refusePart(time, YearMonth.parse(months.to()), false);
    }
  }

  private void refusePart(ReportBy time, YearMonth month, boolean begins) {
    String period = time.around(month.toString(), calendar);
    YearMonth first = time.first(period, calendar);
    YearMonth last = first;
    while (time.around(last.plusMonths(1).toString(), calendar).equals(period)) {
      last = last.plusMonths(1);
    }
    if (!month.equals(begins ? first : last)) {
      throw Refused.invalid(
          "trend",
          "a trend by "
              + name(time)
              + " is of whole ones, and "
              + period
              + " is from "
              + first
              + " to "
              + last);
    }
  }

  private DomainView domains(Call call, boolean byDomain) {
    Long level = call.number("domainLevel");
    String within = call.text("within");
    boolean today = "today".equals(call.text("classified"));
    if (!byDomain && (level != null || within != null || today)) {
      String first = level != null ? "domainLevel" : within != null ? "within" : "classified";
      throw Refused.invalid(first, "this is for reports by domain: name domain in by");
    }
    if (within != null) {
      List<String> codes = view.site().domains().stream().map(each -> each.code().value()).toList();
      if (!codes.contains(within)) {
        String near = NearestName.near(within, codes);
        throw Refused.invalid(
            "within",
            "there is no domain "
                + within
                + (near.isEmpty() ? "" : "; did you mean " + near + "?"));
      }
    }
    return new DomainView(
        level == null ? 0 : level.intValue(),
        within == null ? null : new DomainCode(within),
        today);
  }

  private record Months(String from, String to) {}

  private static Months months(Call call) {
    Months months = new Months(call.text("from"), call.text("to"));
    if (months.from().compareTo(months.to()) > 0) {
      throw Refused.invalid("to", "the last month is not before the first");
    }
    return months;
  }

  private LedgerReads.Scope scope(Call call) {
    return LedgerHistory.scope(view.site().scopeOf(call.principal().user()));
  }

  /** What is asked for: {@code json}, {@code csv} or {@code xlsx}. */
  static String format(Call call) {
    String format = call.text("format");
    if (format != null) {
      return format;
    }
    return call.accepted("application/json", "text/csv").equals("text/csv") ? "csv" : "json";
  }

  private static <T> List<T> list(String text, Function<String, T> read) {
    List<T> by = new ArrayList<>();
    for (String each : text.split(",")) {
      by.add(read.apply(each));
    }
    if (new TreeSet<>(by).size() != by.size()) {
      throw Refused.invalid("by", "each thing to group by is named once");
    }
    return by;
  }

  /** The constant of a name such as {@code nodeType}. */
  private static String constant(String name) {
    return name.replaceAll("([A-Z])", "_$1").toUpperCase(Locale.ROOT);
  }

  private static String name(Enum<?> by) {
    String[] words = by.name().toLowerCase(Locale.ROOT).split("_");
    StringBuilder name = new StringBuilder(words[0]);
    for (int i = 1; i < words.length; i++) {
      name.append(words[i].substring(0, 1).toUpperCase(Locale.ROOT)).append(words[i].substring(1));
    }
    return name.toString();
  }

  private static void write(List<ReportBy> by, ReportRow row, JsonGenerator out)
      throws IOException {
    out.writeStartObject();
    for (int i = 0; i < by.size(); i++) {
      out.writeStringField(name(by.get(i)), row.keys().get(i));
    }
    out.writeNumberField("coreMs", row.coreMs());
    if (row.standardMs() != null) {
      out.writeNumberField("standardCoreMs", row.standardMs());
    }
    out.writeNumberField("chargeMicro", row.chargeMicro());
    out.writeStringField("currency", JobDocument.orNull(row.currency()));
    if (row.before() != null) {
      out.writeNumberField("coreMsBefore", row.before().coreMs());
      out.writeNumberField("chargeMicroBefore", row.before().chargeMicro());
    }
    out.writeEndObject();
  }

  private static void csv(UsageReports.Question asked, List<ReportRow> rows, OutputStream to)
      throws IOException {
    Writer out = new OutputStreamWriter(to, StandardCharsets.UTF_8);
    for (ReportBy each : asked.by()) {
      out.append(name(each)).append(',');
    }
    out.append("core_hours,core_ms,charge,currency,standard_core_hours");
    out.append(asked.trend() ? ",core_hours_before,charge_before\r\n" : "\r\n");
    for (ReportRow row : rows) {
      for (String each : row.keys()) {
        out.append(StatementForms.text(each)).append(',');
      }
      out.append(StatementForms.coreHours(row.coreMs()))
          .append(',')
          .append(Long.toString(row.coreMs()))
          .append(',')
          .append(StatementForms.money(row.chargeMicro()))
          .append(',')
          .append(StatementForms.text(row.currency()))
          .append(',')
          .append(row.standardMs() == null ? "" : StatementForms.coreHours(row.standardMs()));
      if (row.before() != null) {
        out.append(',')
            .append(StatementForms.coreHours(row.before().coreMs()))
            .append(',')
            .append(StatementForms.money(row.before().chargeMicro()));
      }
      out.append("\r\n");
    }
    out.flush();
  }

  private void ended(Call call) {
    List<EndedReports.By> by =
        list(call.text("by"), text -> EndedReports.By.valueOf(constant(text)));
    refuseConflict(EndedReports.By.conflict(by));
    Months months = months(call);
    int most = call.number("top").intValue();
    LedgerReads.Scope scope = scope(call);
    DomainView domains = domains(call, by.contains(EndedReports.By.DOMAIN));
    String format = format(call);
    if (format.equals("json")) {
      files.ask(
          call,
          () -> ended(by, months, scope, most, domains),
          rows ->
              call.json(
                  200, out -> Json.page(out, rows, null, (row, json) -> write(by, row, json))));
      return;
    }
    files.file(
        call,
        FormWriter.valueOf(format.toUpperCase(Locale.ROOT)),
        "ended-" + months.from() + "-" + months.to() + "." + format,
        language ->
            ReportForm.ended(
                by, ended(by, months, scope, most, domains), months.from(), months.to(), language));
  }

  private static void write(List<EndedReports.By> by, EndedRow row, JsonGenerator out)
      throws IOException {
    out.writeStartObject();
    for (int i = 0; i < by.size(); i++) {
      out.writeStringField(name(by.get(i)), row.keys().get(i));
    }
    out.writeNumberField("runs", row.runs());
    out.writeNumberField("coreMs", row.coreMs());
    out.writeNumberField("lostCoreMs", row.lostCoreMs());
    out.writeNumberField("idleCoreMs", row.idleCoreMs());
    out.writeNumberField("knownCoreMs", row.knownCoreMs());
    out.writeNumberField("cpuMs", row.cpuMs());
    out.writeNumberField("limitCoreMs", row.limitCoreMs());
    out.writeNumberField("unusedLimitCoreMs", row.unusedLimitCoreMs());
    out.writeNumberField("idleDeviceMs", row.idleDeviceMs());
    out.writeNumberField("knownDeviceMs", row.knownDeviceMs());
    out.writeEndObject();
  }

  private void burnDown(Call call) {
    ProjectName project = OwnProject.of(view, call, call.text("project"));
    int days = call.number("days").intValue();
    long nowMs = System.currentTimeMillis();
    String name = "burn-down-" + project + ".";
    switch (format(call)) {
      case "xlsx" -> burnDown(call, FormWriter.XLSX, name + "xlsx", project, nowMs);
      case "csv" -> burnDown(call, FormWriter.CSV, name + "csv", project, nowMs);
      default ->
          files.ask(
              call,
              () -> reads.burnDowns().of(project.value(), days, nowMs),
              rows -> call.json(200, out -> Json.page(out, rows, null, ReportRoutes::write)));
    }
  }

  private void burnDown(
      Call call, FormWriter writer, String name, ProjectName project, long nowMs) {
    int days = call.number("days").intValue();
    files.file(
        call,
        writer,
        name,
        language ->
            ReportForm.burnDown(
                reads.burnDowns().of(project.value(), days, nowMs),
                project.value(),
                days,
                language));
  }

  private static void write(BurnDown row, JsonGenerator out) throws IOException {
    out.writeStartObject();
    out.writeStringField("kind", row.kind().name());
    out.writeStringField("name", row.name());
    out.writeStringField("unit", row.unit());
    out.writeStringField("currency", JobDocument.orNull(row.currency()));
    out.writeNumberField("left", row.left());
    out.writeNumberField("spent", row.spent());
    out.writeNumberField("days", row.days());
    if (row.runsOutMs() == null) {
      out.writeNullField("runsOutMs");
    } else {
      out.writeNumberField("runsOutMs", row.runsOutMs());
    }
    out.writeEndObject();
  }
}
