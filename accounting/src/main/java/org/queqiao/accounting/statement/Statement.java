package org.queqiao.accounting.statement;

import java.util.List;
import org.queqiao.accounting.ledger.StatementEntry;

/**
 * The statement of a project for a month.
 *
 * @param project whose it is
 * @param period {@code YYYY-MM} in the billing zone
 * @param zone the billing zone
 * @param lines sorted by user, partition and price
 * @param entries refunds and corrections posted in the month, in the order of the log
 * @param coreMs core-milliseconds of all lines
 * @param totals one for each currency
 * @param rounding how amounts become coins
 */
public record Statement(
    String project,
    String period,
    String zone,
    List<Line> lines,
    List<StatementEntry> entries,
    long coreMs,
    List<Total> totals,
    String rounding) {
  /** How amounts become coins, as it stands on every statement. */
  public static final String ROUNDING =
      "Each line is rounded once, half up, to the smallest coin (0.01).";

  public Statement {
    lines = List.copyOf(lines);
    entries = List.copyOf(entries);
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

  /**
   * What all lines and entries of a currency come to.
   *
   * @param postedMicro what the ledger posted for the lines
   * @param amountMicro the lines, each rounded to the smallest coin
   * @param entriesMicro what the project gets by refunds and corrections
   */
  public record Total(String currency, long postedMicro, long amountMicro, long entriesMicro) {
    /** What is to be paid: the lines less the entries, rounded half up to the smallest coin. */
    public long dueMicro() {
      return StatementForms.coins(Math.subtractExact(amountMicro, entriesMicro));
    }

    Total plus(Total other) {
      return new Total(
          currency,
          Math.addExact(postedMicro, other.postedMicro()),
          Math.addExact(amountMicro, other.amountMicro()),
          Math.addExact(entriesMicro, other.entriesMicro()));
    }
  }
}
