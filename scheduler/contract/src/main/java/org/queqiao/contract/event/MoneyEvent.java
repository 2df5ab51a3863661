package org.queqiao.contract.event;

/**
 * A fact about the calendar of bills, wallets, budgets, disputes, lost runs or changes by two
 * people.
 */
public sealed interface MoneyEvent extends Event
    permits BillingDefined,
        BudgetDefined,
        BudgetTold,
        BudgetUseTold,
        CreditLineSet,
        DisputeAnswered,
        DisputeOpened,
        LostRunsSeen,
        MoneyDecided,
        MoneyProposed {}
