package org.queqiao.contract.event;

/** A fact about wallets, budgets, disputes or changes by two people. */
public sealed interface MoneyEvent extends Event
    permits BudgetDefined,
        BudgetTold,
        BudgetUseTold,
        CreditLineSet,
        DisputeAnswered,
        DisputeOpened,
        MoneyDecided,
        MoneyProposed {}
