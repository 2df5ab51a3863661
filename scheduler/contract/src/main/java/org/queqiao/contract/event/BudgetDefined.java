package org.queqiao.contract.event;

import org.queqiao.contract.money.BudgetTerms;

/**
 * A budget of core time holds from now on as it says, or ends. One of money is a change by two
 * people.
 *
 * @param terms what it bounds
 * @param reason in words
 */
public record BudgetDefined(BudgetTerms terms, String reason) implements MoneyEvent {}
