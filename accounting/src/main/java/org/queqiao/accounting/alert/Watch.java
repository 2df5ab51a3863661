package org.queqiao.accounting.alert;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.queqiao.accounting.budget.BudgetUse;
import org.queqiao.accounting.ledger.AllowanceBook;
import org.queqiao.accounting.ledger.Budget;
import org.queqiao.contract.money.Allowance;
import org.queqiao.contract.money.BudgetTerms;
import org.queqiao.contract.money.BudgetUnit;

/** How budgets, wallets and core-hours stand. */
public final class Watch {
  private static final int[] LEVELS = {100, 80, 50};
  private static final int PERMILLE_OF_PERCENT = 10;
  private static final BigDecimal HOUR_MS = BigDecimal.valueOf(3_600_000);
  private static final int MICRO_PLACES = 6;
  private static final int HOUR_PLACES = 3;

  /** A wallet is well again at five fourths of the amount below which it is low. */
  private static final BigInteger BACK = BigInteger.valueOf(5);

  private static final BigInteger LOW = BigInteger.valueOf(4);
  private static final DateTimeFormatter END = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm VV");

  private Watch() {}

  /** Budgets in their period: of each the highest of 50, 80 and 100 % that is used. */
  public static List<Standing> budgets(List<BudgetUse> uses) {
    List<Standing> all = new ArrayList<>();
    for (BudgetUse each : uses) {
      int level = each.isInForce() ? level(each.usedPermille()) : 0;
      if (level > 0) {
        all.add(standing(each, level));
      }
    }
    return all;
  }

  private static int level(long usedPermille) {
    for (int each : LEVELS) {
      if (usedPermille >= (long) each * PERMILLE_OF_PERCENT) {
        return each;
      }
    }
    return 0;
  }

  private static Standing standing(BudgetUse use, int level) {
    BudgetTerms terms = use.terms();
    String period = terms.isMonthly() ? use.month() : terms.fromMonth() + " to " + terms.toMonth();
    String whose =
        "project " + terms.project() + (terms.user() == null ? "" : ", user " + terms.user());
    return new Standing(
        Standing.Kind.BUDGET,
        "budget/" + terms.name() + "/" + use.position() + "/" + period,
        level,
        false,
        terms.project(),
        "Budget " + terms.name() + ": " + level + " % used",
        "Of budget "
            + terms.name()
            + " ("
            + whose
            + ", "
            + period
            + ") "
            + amount(use.used(), terms)
            + " of "
            + amount(BigInteger.valueOf(terms.amount()), terms)
            + " are used. Running jobs may still take "
            + amount(use.held(), terms)
            + ".");
  }

  private static String amount(BigInteger value, BudgetTerms terms) {
    return terms.unit() == BudgetUnit.MONEY
        ? new BigDecimal(value, MICRO_PLACES).stripTrailingZeros().toPlainString()
            + " "
            + terms.currency()
        : hours(value) + " core-hours";
  }

  private static String hours(BigInteger coreMs) {
    return new BigDecimal(coreMs)
        .divide(HOUR_MS, HOUR_PLACES, RoundingMode.HALF_UP)
        .stripTrailingZeros()
        .toPlainString();
  }

  /**
   * Core-hours that end soon and of which some are left: each is told once.
   *
   * @param all those that may be told
   * @param withinMs how long before its end one is told
   * @param zone of the end in the text
   */
  public static List<Standing> expiring(
      List<AllowanceBook.Row> all, long nowMs, long withinMs, ZoneId zone) {
    List<Standing> told = new ArrayList<>();
    for (AllowanceBook.Row each : all) {
      Allowance allowance = each.left().allowance();
      boolean ends = allowance.validToMs() != 0 && !allowance.isOver(nowMs);
      if (ends && allowance.validToMs() - nowMs <= withinMs && each.left().leftMs() > 0) {
        told.add(expiring(each, allowance, zone));
      }
    }
    return told;
  }

  private static Standing expiring(AllowanceBook.Row row, Allowance allowance, ZoneId zone) {
    String name =
        allowance.kind().name().charAt(0)
            + allowance.kind().name().substring(1).toLowerCase(Locale.ROOT)
            + " "
            + row.left().id();
    String end = END.withZone(zone).format(Instant.ofEpochMilli(allowance.validToMs()));
    return new Standing(
        Standing.Kind.EXPIRING,
        "allowance/" + row.left().id(),
        1,
        false,
        allowance.project(),
        name + " of " + allowance.project() + " ends soon",
        "Of "
            + name.toLowerCase(Locale.ROOT)
            + " of project "
            + allowance.project()
            + " "
            + hours(BigInteger.valueOf(row.left().leftMs()))
            + " of "
            + hours(BigInteger.valueOf(allowance.coreMs()))
            + " core-hours are left, which end at "
            + end
            + ". Running jobs hold "
            + hours(BigInteger.valueOf(row.drawnMs()))
            + " more.");
  }

  /**
   * Wallets: whether less than an amount is left for starts, the credit line included. One that was
   * low is not low any more once it has a quarter more than the amount; in between it stays what it
   * was, so that starts and ends near the amount are told once.
   *
   * @param lowMicro the amount; 0 watches none
   */
  public static List<Standing> wallets(List<Budget> wallets, long lowMicro) {
    List<Standing> all = new ArrayList<>();
    for (Budget each : wallets) {
      BigInteger left =
          BigInteger.valueOf(each.balanceMicro()).add(BigInteger.valueOf(each.creditMicro()));
      boolean low = lowMicro > 0 && left.compareTo(BigInteger.valueOf(lowMicro)) < 0;
      BigInteger again = BigInteger.valueOf(lowMicro).multiply(BACK).divide(LOW);
      if (lowMicro > 0 && !low && left.compareTo(again) < 0) {
        continue;
      }
      all.add(
          new Standing(
              Standing.Kind.LOW_BALANCE,
              "wallet/" + each.project(),
              low ? 1 : 0,
              true,
              each.project(),
              "Wallet of " + each.project() + " is low",
              "The wallet of project "
                  + each.project()
                  + " has "
                  + new BigDecimal(left, MICRO_PLACES).stripTrailingZeros().toPlainString()
                  + " "
                  + each.currency()
                  + " left for starts of jobs."));
    }
    return all;
  }
}
