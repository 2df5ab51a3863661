package org.queqiao.contract.money;

import org.queqiao.contract.id.ProjectName;

/** What finance changes by two people. A new kind of change is a new record here. */
public sealed interface MoneyChange {
  /**
   * Money goes into the wallet of a project.
   *
   * @param project whose wallet
   * @param amountMicro positive, micro-units of the currency
   * @param currency ISO 4217 code
   */
  record TopUp(ProjectName project, long amountMicro, String currency) implements MoneyChange {}

  /** A price holds from an instant on that is not past when it is approved. */
  record Price(PriceItem item) implements MoneyChange {}

  /**
   * Runs that end for this cause give back a part of what they cost.
   *
   * @param cause why they ended
   * @param permille how much of it, from 0 to 1000
   * @param validFromMs for ends from this instant on, not past when it is approved
   */
  record RefundRule(RefundCause cause, int permille, long validFromMs) implements MoneyChange {}

  /**
   * A correction of what was posted, in the open period.
   *
   * @param project whose wallet
   * @param amountMicro what the wallet gets; below zero what it pays
   * @param currency ISO 4217 code
   * @param corrects the transaction of the ledger that it corrects
   */
  record Correction(ProjectName project, long amountMicro, String currency, String corrects)
      implements MoneyChange {}

  /**
   * From an instant on a project is a customer of this class: prices may name it.
   *
   * @param project whose class
   * @param customerClass as {@code internal}, {@code partner} or {@code external}; empty for none
   * @param validFromMs not past when it is approved
   */
  record CustomerClass(ProjectName project, String customerClass, long validFromMs)
      implements MoneyChange {}

  /** Whose wallet it moves, or null where it moves none by itself. */
  default ProjectName wallet() {
    return switch (this) {
      case TopUp each -> each.project();
      case Correction each -> each.project();
      case Price _, RefundRule _, CustomerClass _ -> null;
    };
  }
}
