package org.queqiao.contract.snapshot;

import org.queqiao.contract.money.BudgetTerms;

/**
 * A budget.
 *
 * @param terms what it bounds
 * @param counted what is left of it: counted as a wallet is
 */
public record BudgetImage(BudgetTerms terms, WalletImage counted) {}
