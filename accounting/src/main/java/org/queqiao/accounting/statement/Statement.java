package org.queqiao.accounting.statement;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;
import org.queqiao.accounting.ledger.StatementEntry;
import org.queqiao.contract.price.RunCost;

/**
 * The statement of a project for a month.
 *
 * @param project whose it is
 * @param period {@code YYYY-MM} in the billing zone
 * @param zone the billing zone
 * @param lines those of its own first, then those that it pays for others, then those that others
 *     pay; sorted by user, partition, resource and price
 * @param entries refunds and corrections posted in the month, in the order of the log
 * @param coreMs core-milliseconds of all lines
 * @param standardMs milliseconds of standard core-hours of all lines
 * @param totals one for each currency
 * @param rounding how amounts become coins
 * @param standing how far it is
 * @param endUsers what of the lines was for end users of a service platform, by their names
 * @param terms who led the project, and where its costs are booked
 * @param tax what the site states of tax for the month
 */
public record Statement(
    String project,
    String period,
    String zone,
    List<Line> lines,
    List<StatementEntry> entries,
    long coreMs,
    long standardMs,
    List<Total> totals,
    String rounding,
    Standing standing,
    List<EndUser> endUsers,
    Terms terms,
    Tax tax) {
  /** How amounts become coins, as it stands on every statement. */
  public static final String ROUNDING =
      "Each line is rounded once, half up, to the smallest coin (0.01).";

  /**
   * What the project was at the end of the month.
   *
   * @param pi its principal investigator, or empty
   * @param costCentre or empty
   */
  public record Terms(String pi, String costCentre) {
    /** Nobody was named, and none. */
    public static final Terms NONE = new Terms("", "");
  }

  public Statement {
    lines = List.copyOf(lines);
    entries = List.copyOf(entries);
    endUsers = List.copyOf(endUsers);
    totals = List.copyOf(totals);
  }

  /** The same, so far, with this tax. */
  public Statement with(Standing how, Tax stated) {
    return new Statement(
        project,
        period,
        zone,
        lines,
        entries,
        coreMs,
        standardMs,
        totals,
        rounding,
        how,
        endUsers,
        terms,
        stated);
  }

  /** The same, of which so much is paid, by currency. */
  public Statement settled(Map<String, Settlement> paid) {
    return new Statement(
        project,
        period,
        zone,
        lines,
        entries,
        coreMs,
        standardMs,
        totals.stream()
            .map(each -> each.settled(paid.getOrDefault(each.currency(), Settlement.NONE)))
            .toList(),
        rounding,
        standing,
        endUsers,
        terms,
        tax);
  }

  /** The same, of a project that was so, for these end users. */
  public Statement with(Terms of, List<EndUser> some) {
    return new Statement(
        project,
        period,
        zone,
        lines,
        entries,
        coreMs,
        standardMs,
        totals,
        rounding,
        standing,
        some,
        of,
        tax);
  }

  /**
   * What was for one end user of a service platform.
   *
   * @param user who submitted it
   * @param endUser as the platform calls them
   * @param chargeMicro what was posted
   * @param others how many this adds up because there are too many to be told one by one; 0 for one
   *     that is told
   */
  public record EndUser(
      String user, String endUser, long coreMs, long chargeMicro, String currency, long others) {
    /** So many are told one by one: those that were charged most. */
    public static final int MOST = 1_000;

    /** One that is told. */
    public EndUser(String user, String endUser, long coreMs, long chargeMicro, String currency) {
      this(user, endUser, coreMs, chargeMicro, currency, 0);
    }
  }

  /**
   * One line.
   *
   * @param jobs how many jobs it counts
   * @param coreMs core-milliseconds that were held; 0 of another resource
   * @param microPerCoreHour the price of an hour of a core, a device or a GiB
   * @param exactNumerator the exact amount in micro-units times the divisor, as a decimal number
   * @param postedMicro what the ledger posted
   * @param amountMicro the amount of the line, rounded to the smallest coin
   * @param resource as {@code cores}, {@code mem} or {@code gpu:a100}
   * @param nodeType the kind of the nodes, or empty
   * @param quantity what is counted: cores, devices or bytes, times milliseconds
   * @param exactDivisor 3,600,000, or that times the bytes of a GiB
   * @param standardMs milliseconds of standard core-hours
   * @param lateFor of which month it is where that was not open any more, or empty
   * @param id by which its runs are asked for, or 0
   * @param forProject whose runs they are where that is another project, or empty
   * @param paidBy on whose statement it is paid where that is another one than this, or empty
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
      long amountMicro,
      String resource,
      String nodeType,
      BigInteger quantity,
      BigInteger exactDivisor,
      long standardMs,
      String lateFor,
      long id,
      String forProject,
      String paidBy) {
    /** One of runs of the project itself, which it pays. */
    public Line(
        String user,
        String partition,
        long jobs,
        long coreMs,
        long microPerCoreHour,
        String currency,
        String exactNumerator,
        long postedMicro,
        long amountMicro,
        String resource,
        String nodeType,
        BigInteger quantity,
        BigInteger exactDivisor,
        long standardMs,
        String lateFor,
        long id) {
      this(
          user,
          partition,
          jobs,
          coreMs,
          microPerCoreHour,
          currency,
          exactNumerator,
          postedMicro,
          amountMicro,
          resource,
          nodeType,
          quantity,
          exactDivisor,
          standardMs,
          lateFor,
          id,
          "",
          "");
    }

    /** A line of core time on nodes of no kind, where all that is held is counted. */
    public Line(
        String user,
        String partition,
        long jobs,
        long coreMs,
        long microPerCoreHour,
        String currency,
        String exactNumerator,
        long postedMicro,
        long amountMicro) {
      this(
          user,
          partition,
          jobs,
          coreMs,
          microPerCoreHour,
          currency,
          exactNumerator,
          postedMicro,
          amountMicro,
          "cores",
          "",
          BigInteger.valueOf(coreMs),
          RunCost.HOUR_MS,
          coreMs,
          "",
          0);
    }

    /** Hours of a core, a device or a GiB that are counted, with six places. */
    public BigDecimal hours() {
      return new BigDecimal(quantity).divide(new BigDecimal(exactDivisor), 6, RoundingMode.HALF_UP);
    }

    /** The resource with the kind of nodes. */
    public String what() {
      return nodeType.isEmpty() ? resource : resource + "@" + nodeType;
    }
  }

  /** On whose statement an entry is paid where that is another one than this, or empty. */
  public String paidBy(StatementEntry entry) {
    String payer = entry.project().value();
    return payer.equals(project) ? "" : payer;
  }

  /**
   * What all lines and entries of a currency come to that this statement asks for.
   *
   * @param postedMicro what the ledger posted for the lines
   * @param amountMicro the lines, each rounded to the smallest coin
   * @param entriesMicro what the project gets by refunds and corrections
   * @param settlement how much of it is paid
   */
  public record Total(
      String currency,
      long postedMicro,
      long amountMicro,
      long entriesMicro,
      Settlement settlement) {
    /** One of which nothing is paid. */
    public Total(String currency, long postedMicro, long amountMicro, long entriesMicro) {
      this(currency, postedMicro, amountMicro, entriesMicro, Settlement.NONE);
    }

    /** The net sum: the lines less the entries, rounded half up to the smallest coin. */
    public long dueMicro() {
      return StatementForms.coins(Math.subtractExact(amountMicro, entriesMicro));
    }

    /** What is still to be paid: the sum with its tax, less what the wallet and money have paid. */
    public long payableMicro(Tax tax) {
      return Math.subtractExact(
          Math.subtractExact(tax.grossMicro(dueMicro()), settlement.walletGrossMicro()),
          settlement.paidMicro());
    }

    private Total settled(Settlement how) {
      return new Total(currency, postedMicro, amountMicro, entriesMicro, how);
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
