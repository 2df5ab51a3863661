package org.queqiao.core.limit;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.core.state.Purse;
import org.queqiao.core.state.Wallet;

/** Why wallets and budgets do not cover a start, in sentences. */
final class BudgetText {
  private static final BigDecimal HOUR_MS = BigDecimal.valueOf(3_600_000);
  private static final int PLACES = 3;

  private BudgetText() {}

  /**
   * Of a wallet.
   *
   * @param project whose job it is
   */
  static String ofWallet(Wallet wallet, ProjectName project, BigInteger needs, BigInteger left) {
    String may = "this job may cost " + micro(needs) + " " + wallet.currency() + "; ";
    if (!wallet.isTold()) {
      return may + "the ledger has not yet said what the wallet of " + wallet.project() + " has";
    }
    String credit =
        wallet.creditMicro() == 0
            ? ""
            : ", its credit line of "
                + micro(BigInteger.valueOf(wallet.creditMicro()))
                + " "
                + wallet.currency()
                + " included";
    boolean ofAnother = !wallet.project().equals(project);
    return may
        + "the wallet of project "
        + wallet.project()
        + (ofAnother ? ", which pays for project " + project + "," : "")
        + " has "
        + micro(left)
        + " "
        + wallet.currency()
        + " left for starts"
        + credit
        + (ofAnother
            ? ", which is " + micro(needs.subtract(left)) + " " + wallet.currency() + " too little"
            : "")
        + ", by what the ledger said at "
        + wallet.toldMs();
  }

  static String ofBudget(Purse purse, BigInteger needs, BigInteger left) {
    String name =
        "budget "
            + purse.terms().name()
            + " of "
            + (purse.terms().user() == null ? "" : "user " + purse.terms().user() + " in ")
            + "project "
            + purse.terms().project();
    String may = "this job may take " + amount(purse, needs) + "; ";
    if (!purse.counted().isTold()) {
      return may + "the ledger has not yet said what is left of " + name;
    }
    String period =
        purse.terms().isMonthly()
            ? "in this month"
            : "from " + purse.terms().fromMonth() + " to " + purse.terms().toMonth();
    return may
        + name
        + " has "
        + amount(purse, left)
        + " of "
        + amount(purse, BigInteger.valueOf(purse.terms().amount()))
        + " left for starts "
        + period
        + ", by what the ledger said at "
        + purse.counted().toldMs();
  }

  private static String amount(Purse purse, BigInteger value) {
    return purse.isOfCoreTime()
        ? plain(new BigDecimal(value).divide(HOUR_MS, PLACES, RoundingMode.HALF_UP)) + " core-hours"
        : micro(value) + " " + purse.terms().currency();
  }

  /** Micro-units as a decimal number. */
  private static String micro(BigInteger value) {
    return plain(new BigDecimal(value, 6));
  }

  private static String plain(BigDecimal value) {
    return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
  }
}
