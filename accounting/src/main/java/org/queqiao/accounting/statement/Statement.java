package org.queqiao.accounting.statement;

import java.util.List;

/**
 * The statement of a project for a month.
 *
 * @param project whose it is
 * @param period {@code YYYY-MM} in the billing zone
 * @param zone the billing zone
 * @param lines sorted by user, partition and price
 * @param coreMs core-milliseconds of all lines
 * @param totals one for each currency
 * @param rounding how amounts become coins
 */
public record Statement(
    String project,
    String period,
    String zone,
    List<Line> lines,
    long coreMs,
    List<Total> totals,
    String rounding) {
  /** How amounts become coins, as it stands on every statement. */
  public static final String ROUNDING =
      "Each line is rounded once, half up, to the smallest coin (0.01).";

  public Statement {
    lines = List.copyOf(lines);
    totals = List.copyOf(totals);
  }

  /**
   * One line.
   *
   * @param jobs how many jobs it counts
   * @param coreMs core-milliseconds
   * @param microPerCoreHour the price
   * @param exactNumerator the exact amount in micro-units times 3,600,000, as a decimal number
   * @param postedMicro what the ledger posted
   * @param amountMicro the amount of the line, rounded to the smallest coin
   */
  public record Line(
      String user,
      String partition,
      long jobs,
      long coreMs,
      long microPerCoreHour,
      String currency,
      String exactNumerator,
      long postedMicro,
      long amountMicro) {}

  /** What all lines of a currency come to. */
  public record Total(String currency, long postedMicro, long amountMicro) {}
}
