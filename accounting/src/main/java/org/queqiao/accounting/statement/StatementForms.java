package org.queqiao.accounting.statement;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.queqiao.accounting.ledger.LineTotal;
import org.queqiao.accounting.ledger.StatementEntry;
import org.queqiao.contract.id.RunId;

/** Puts statements together and writes them as CSV (RFC 4180). */
public final class StatementForms {
  private static final BigInteger MICRO_PER_COIN = BigInteger.valueOf(10_000);
  private static final String FORMULA_STARTS = "=+-@\t\r\n\0＝＋－＠";

  private StatementForms() {}

  /** A line's amount: its exact total rounded once, half up, to the smallest coin. */
  public static long toCoin(BigInteger numerator, BigInteger divisor) {
    return LineTotal.roundHalfUp(numerator, divisor.multiply(MICRO_PER_COIN))
        .multiply(MICRO_PER_COIN)
        .longValueExact();
  }

  /** An amount of either sign, rounded half up to the smallest coin. */
  public static long coins(long micro) {
    long coin = MICRO_PER_COIN.longValueExact();
    return Math.multiplyExact(Math.floorDiv(Math.addExact(micro, coin / 2), coin), coin);
  }

  /** A statement from its lines, and from what stands beside them. */
  public static Statement of(
      String project,
      String period,
      String zone,
      List<Statement.Line> lines,
      List<StatementEntry> entries) {
    long coreMs = 0;
    long standardMs = 0;
    Map<String, Statement.Total> totals = new TreeMap<>();
    for (Statement.Line line : lines) {
      coreMs = Math.addExact(coreMs, line.coreMs());
      standardMs = Math.addExact(standardMs, line.standardMs());
      if (!line.currency().isEmpty() && line.paidBy().isEmpty()) {
        totals.merge(
            line.currency(),
            new Statement.Total(line.currency(), line.postedMicro(), line.amountMicro(), 0),
            Statement.Total::plus);
      }
    }
    for (StatementEntry entry : entries) {
      if (!entry.currency().isEmpty() && entry.project().value().equals(project)) {
        totals.merge(
            entry.currency(),
            new Statement.Total(entry.currency(), 0, 0, entry.amountMicro()),
            Statement.Total::plus);
      }
    }
    return new Statement(
        project,
        period,
        zone,
        lines,
        entries,
        coreMs,
        standardMs,
        List.copyOf(totals.values()),
        Statement.ROUNDING,
        Standing.DRAFT,
        List.of(),
        Statement.Terms.NONE,
        Tax.NONE);
  }

  /** The statement as CSV with a header line; text cells can never be taken for formulas. */
  public static String csv(Statement statement) {
    StringBuilder out = new StringBuilder();
    heading(out);
    for (Statement.Line line : statement.lines()) {
      row(
          out,
          text(statement.project()),
          text(statement.period()),
          text(line.user()),
          text(line.partition()),
          Long.toString(line.jobs()),
          coreHours(line.coreMs()),
          Long.toString(line.coreMs()),
          money(line.microPerCoreHour()),
          money(line.amountMicro()),
          money(line.postedMicro()),
          text(line.currency()),
          text(line.resource()),
          text(line.nodeType()),
          line.hours().toPlainString(),
          coreHours(line.standardMs()),
          text(line.lateFor()),
          statement.standing().state().name(),
          text(statement.standing().number()),
          text(statement.standing().paidOn()),
          text(statement.standing().reference()),
          text(statement.terms().pi()),
          text(statement.terms().costCentre()),
          "",
          "",
          "",
          "",
          "",
          "",
          text(line.forProject()),
          text(line.paidBy()));
    }
    entries(statement, out);
    totals(statement, out);
    return out.toString();
  }

  private static void totals(Statement statement, StringBuilder out) {
    Tax tax = statement.tax();
    for (Statement.Total total : statement.totals()) {
      row(
          out,
          text(statement.project()),
          text(statement.period()),
          "total",
          "",
          "",
          coreHours(statement.coreMs()),
          Long.toString(statement.coreMs()),
          "",
          money(total.dueMicro()),
          money(Math.subtractExact(total.postedMicro(), total.entriesMicro())),
          text(total.currency()),
          "",
          "",
          "",
          coreHours(statement.standardMs()),
          "",
          statement.standing().state().name(),
          text(statement.standing().number()),
          text(statement.standing().paidOn()),
          text(statement.standing().reference()),
          text(statement.terms().pi()),
          text(statement.terms().costCentre()),
          tax.isStated() ? tax.percent().toPlainString() : "",
          tax.isStated() ? money(tax.ofMicro(total.dueMicro())) : "",
          tax.isStated() ? money(tax.grossMicro(total.dueMicro())) : "",
          money(total.settlement().walletGrossMicro()),
          money(total.settlement().paidMicro()),
          money(total.payableMicro(tax)),
          "",
          "");
    }
  }

  private static void heading(StringBuilder out) {
    row(
        out,
        "project",
        "period",
        "user",
        "partition",
        "jobs",
        "core_hours",
        "core_ms",
        "price_per_core_hour",
        "amount",
        "posted",
        "currency",
        "resource",
        "node_type",
        "resource_hours",
        "standard_core_hours",
        "late_for",
        "state",
        "statement_number",
        "paid_on",
        "payment_reference",
        "principal_investigator",
        "cost_centre",
        "tax_percent",
        "tax",
        "gross",
        "settled_from_wallet",
        "paid",
        "payable",
        "for_project",
        "paid_by");
  }

  /**
   * The entries as they stand on files: what an allowance paid of the days of a run is one, so that
   * a month of long runs has not a row for each of their days.
   */
  public static List<StatementEntry> entries(Statement statement) {
    record Paid(RunId run, String cause, String currency) {}
    Map<Object, StatementEntry> all = new LinkedHashMap<>();
    for (StatementEntry each : statement.entries()) {
      boolean paid = each.kind() == StatementEntry.Kind.ALLOWANCE && each.run() != null;
      Object key = paid ? new Paid(each.run(), each.cause(), each.currency()) : each.transaction();
      all.merge(key, each, StatementEntry::plus);
    }
    return List.copyOf(all.values());
  }

  private static void entries(Statement statement, StringBuilder out) {
    for (StatementEntry each : entries(statement)) {
      row(
          out,
          text(statement.project()),
          text(statement.period()),
          text(each.user()),
          text(each.kind().name().toLowerCase(Locale.ROOT) + " " + each.cause()),
          "",
          each.coreMs() == 0 ? "" : coreHours(each.coreMs()),
          each.coreMs() == 0 ? "" : Long.toString(each.coreMs()),
          "",
          money(Math.negateExact(each.amountMicro())),
          money(Math.negateExact(each.amountMicro())),
          text(each.currency()),
          "",
          "",
          "",
          "",
          "",
          statement.standing().state().name(),
          text(statement.standing().number()),
          text(statement.standing().paidOn()),
          text(statement.standing().reference()),
          text(statement.terms().pi()),
          text(statement.terms().costCentre()),
          "",
          "",
          "",
          "",
          "",
          "",
          text(forProject(statement, each)),
          text(statement.paidBy(each)));
    }
  }

  /** On the statement of the project itself it is for no other one. */
  public static String forProject(Statement statement, StatementEntry each) {
    return statement.paidBy(each).isEmpty() ? each.forProjectName() : "";
  }

  /** A text cell: quoted when needed, and made harmless when a spreadsheet could compute it. */
  public static String text(String value) {
    String safe =
        !value.isEmpty() && FORMULA_STARTS.indexOf(value.charAt(0)) >= 0 ? "'" + value : value;
    boolean quote =
        !safe.equals(value) || safe.chars().anyMatch(c -> c == ',' || c == '"' || c < ' ');
    return quote ? '"' + safe.replace("\"", "\"\"") + '"' : safe;
  }

  /** Micro-units as a decimal number with at least two places. */
  public static String money(long micro) {
    BigDecimal value = BigDecimal.valueOf(micro, 6).stripTrailingZeros();
    return (value.scale() < 2 ? value.setScale(2) : value).toPlainString();
  }

  /** Core-milliseconds as core-hours with six places. */
  public static String coreHours(long coreMs) {
    return new BigDecimal(coreMs)
        .divide(new BigDecimal(3_600_000), 6, java.math.RoundingMode.HALF_UP)
        .toPlainString();
  }

  private static void row(StringBuilder out, String... cells) {
    out.append(String.join(",", cells)).append("\r\n");
  }
}
