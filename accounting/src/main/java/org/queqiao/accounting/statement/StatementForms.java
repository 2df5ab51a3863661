package org.queqiao.accounting.statement;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.queqiao.accounting.ledger.LineTotal;

/** Puts statements together and writes them as CSV (RFC 4180). */
public final class StatementForms {
  private static final BigInteger MICRO_PER_COIN = BigInteger.valueOf(10_000);
  private static final String FORMULA_STARTS = "=+-@\t\r";

  private StatementForms() {}

  /** A line's amount: its exact total rounded once, half up, to the smallest coin. */
  public static long toCoin(BigInteger numerator) {
    return LineTotal.roundHalfUp(numerator, LineTotal.HOUR_MS.multiply(MICRO_PER_COIN))
        .multiply(MICRO_PER_COIN)
        .longValueExact();
  }

  /** A statement from its lines. */
  public static Statement of(
      String project, String period, String zone, List<Statement.Line> lines) {
    long coreMs = 0;
    Map<String, Statement.Total> totals = new TreeMap<>();
    for (Statement.Line line : lines) {
      coreMs = Math.addExact(coreMs, line.coreMs());
      if (!line.currency().isEmpty()) {
        totals.merge(
            line.currency(),
            new Statement.Total(line.currency(), line.postedMicro(), line.amountMicro()),
            (a, b) ->
                new Statement.Total(
                    a.currency(),
                    Math.addExact(a.postedMicro(), b.postedMicro()),
                    Math.addExact(a.amountMicro(), b.amountMicro())));
      }
    }
    return new Statement(
        project, period, zone, lines, coreMs, List.copyOf(totals.values()), Statement.ROUNDING);
  }

  /** The statement as CSV with a header line; text cells can never be taken for formulas. */
  public static String csv(Statement statement) {
    StringBuilder out = new StringBuilder();
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
        "currency");
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
          text(line.currency()));
    }
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
          money(total.amountMicro()),
          money(total.postedMicro()),
          text(total.currency()));
    }
    return out.toString();
  }

  /** A text cell: quoted when needed, and made harmless when a spreadsheet could compute it. */
  public static String text(String value) {
    String safe =
        !value.isEmpty() && FORMULA_STARTS.indexOf(value.charAt(0)) >= 0 ? "'" + value : value;
    boolean quote =
        !safe.equals(value) || safe.chars().anyMatch(c -> c == ',' || c == '"' || c < ' ');
    return quote ? '"' + safe.replace("\"", "\"\"") + '"' : safe;
  }

  private static String money(long micro) {
    BigDecimal value = BigDecimal.valueOf(micro, 6).stripTrailingZeros();
    return (value.scale() < 2 ? value.setScale(2) : value).toPlainString();
  }

  private static String coreHours(long coreMs) {
    return new BigDecimal(coreMs)
        .divide(new BigDecimal(3_600_000), 6, java.math.RoundingMode.HALF_UP)
        .toPlainString();
  }

  private static void row(StringBuilder out, String... cells) {
    out.append(String.join(",", cells)).append("\r\n");
  }
}
