package org.queqiao.accounting.ledger;

import org.queqiao.contract.money.MoneyChange;

/**
 * A change by two people as accounting keeps it, for ever.
 *
 * @param id its number
 * @param state whether it waits, or how it was decided
 * @param change what was proposed; once approved, as it became
 * @param proposedBy who proposed it
 * @param proposedMs when
 * @param reason why
 * @param decidedBy who decided, or empty
 * @param decidedMs when, or 0
 * @param decision why, or empty
 */
public record ProposalRow(
    long id,
    State state,
    MoneyChange change,
    String proposedBy,
    long proposedMs,
    String reason,
    String decidedBy,
    long decidedMs,
    String decision) {
  /** How far it is. */
  public enum State {
    OPEN,
    APPROVED,
    REJECTED
  }
}
