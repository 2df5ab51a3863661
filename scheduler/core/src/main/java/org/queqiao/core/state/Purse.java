package org.queqiao.core.state;

import java.math.BigInteger;
import org.queqiao.contract.money.BudgetTerms;
import org.queqiao.contract.money.BudgetUnit;

/**
 * A budget with what is left of it. That is counted as a wallet is: what the ledger told, and what
 * starts and ends have moved since; in core-milliseconds where the budget is one of core time.
 *
 * @param terms what it bounds
 * @param counted what is left; its credit line is the overdraft
 */
public record Purse(BudgetTerms terms, Wallet counted) {
  /** Whether a run that goes on until then at most may come into its period. */
  public boolean isReachedBy(long untilMs) {
    return untilMs > terms.beginsMs();
  }

  /** Whether it counts core time. */
  public boolean isOfCoreTime() {
    return terms.unit() == BudgetUnit.CORE_TIME;
  }

  /**
   * What a start may still take. With a soft stop the last one may go past the amount.
   *
   * @param started what others take that have not started yet
   */
  public BigInteger left(BigInteger started) {
    BigInteger all = BigInteger.valueOf(counted.availableMicro()).subtract(started);
    boolean usedUp = all.compareTo(BigInteger.valueOf(counted.creditMicro())) <= 0;
    return usedUp ? all.min(BigInteger.ZERO) : all;
  }
}
