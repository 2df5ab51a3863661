package org.queqiao.contract.money;

/** What a budget counts. */
public enum BudgetUnit {
  /** Micro-units of the currency. */
  MONEY,
  /** Core-milliseconds. */
  CORE_TIME
}
