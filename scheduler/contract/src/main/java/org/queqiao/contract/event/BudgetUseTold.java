package org.queqiao.contract.event;

import org.queqiao.contract.id.BudgetName;

/**
 * What the ledger knows of a budget.
 *
 * @param budget which one
 * @param left of its amount, with what was used in its period and all that is held for runs taken
 *     out; below zero for what is used beyond it
 * @param asOfPosition with all facts up to this one of the log, and none behind it
 */
public record BudgetUseTold(BudgetName budget, long left, long asOfPosition)
    implements MoneyEvent {}
