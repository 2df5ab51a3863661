package org.queqiao.accounting.budget;

import java.math.BigInteger;
import org.queqiao.contract.money.BudgetTerms;

/**
 * A budget with what was used of it in a period.
 *
 * @param terms what it bounds
 * @param setBy who said so last
 * @param setMs when
 * @param reason why
 * @param position of the fact that said so
 * @param used what the books have for its period: charges less refunds and corrections, or core
 *     time
 * @param held what the runs that go on may still take
 * @param month in which it is asked
 */
public record BudgetUse(
    BudgetTerms terms,
    String setBy,
    long setMs,
    String reason,
    long position,
    BigInteger used,
    BigInteger held,
    String month) {
  /** What is left where nothing is bounded. */
  public static final long UNBOUNDED = 1L << 60;

  private static final BigInteger WHOLE = BigInteger.valueOf(1_000);

  /** Whether the month lies in its period. Before it, runs are bounded that may come into it. */
  public boolean isInForce() {
    return terms.isMonthly()
        || terms.fromMonth().compareTo(month) <= 0 && month.compareTo(terms.toMonth()) <= 0;
  }

  /** Whether its period is over: nothing is bounded any more. */
  public boolean isOver() {
    return !terms.isMonthly() && month.compareTo(terms.toMonth()) > 0;
  }

  /** What is left of its amount once all that runs has taken the most that it may. */
  public long left() {
    BigInteger most = BigInteger.valueOf(UNBOUNDED);
    return !isOver()
        ? BigInteger.valueOf(terms.amount())
            .subtract(used)
            .subtract(held)
            .min(most)
            .max(most.negate())
            .longValueExact()
        : UNBOUNDED;
  }

  /** How many thousandths of the amount are used, rounded down; of nothing all is used. */
  public long usedPermille() {
    if (terms.amount() == 0) {
      return WHOLE.longValueExact();
    }
    return used.multiply(WHOLE)
        .divide(BigInteger.valueOf(terms.amount()))
        .max(BigInteger.ZERO)
        .min(BigInteger.valueOf(UNBOUNDED))
        .longValueExact();
  }
}
