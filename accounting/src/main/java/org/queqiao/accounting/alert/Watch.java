package org.queqiao.accounting.alert;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import org.queqiao.accounting.budget.BudgetUse;
import org.queqiao.accounting.ledger.Budget;
import org.queqiao.contract.money.BudgetTerms;
import org.queqiao.contract.money.BudgetUnit;

/** How budgets and wallets stand. */
public final class Watch {
  private static final int[] LEVELS = {100, 80, 50};
  private static final int PERMILLE_OF_PERCENT = 10;
  private static final BigDecimal HOUR_MS = BigDecimal.valueOf(3_600_000);
  private static final int MICRO_PLACES = 6;
  private static final int HOUR_PLACES = 3;

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
        : new BigDecimal(value)
                .divide(HOUR_MS, HOUR_PLACES, RoundingMode.HALF_UP)
                .stripTrailingZeros()
                .toPlainString()
            + " core-hours";
  }

  /**
   * Wallets: whether less than an amount is left for starts, the credit line included.
   *
   * @param lowMicro the amount; 0 watches none
   */
  public static List<Standing> wallets(List<Budget> wallets, long lowMicro) {
    List<Standing> all = new ArrayList<>();
    for (Budget each : wallets) {
      BigInteger left =
          BigInteger.valueOf(each.balanceMicro()).add(BigInteger.valueOf(each.creditMicro()));
      boolean low = lowMicro > 0 && left.compareTo(BigInteger.valueOf(lowMicro)) < 0;
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
