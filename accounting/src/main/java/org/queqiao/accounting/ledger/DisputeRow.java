package org.queqiao.accounting.ledger;

/**
 * A dispute as accounting keeps it, for ever.
 *
 * @param id its number
 * @param project whose charge
 * @param transaction of the ledger
 * @param openedBy who finds it wrong
 * @param openedMs when
 * @param reason why
 * @param state how far it is
 * @param answeredBy who answered, or empty
 * @param answeredMs when, or 0
 * @param answer why, or empty
 * @param proposal of the refund, or 0
 */
public record DisputeRow(
    long id,
    String project,
    String transaction,
    String openedBy,
    long openedMs,
    String reason,
    State state,
    String answeredBy,
    long answeredMs,
    String answer,
    long proposal) {
  /** How far it is. */
  public enum State {
    OPEN,
    REJECTED,
    /** A refund is proposed and waits for another person. */
    UPHELD,
    REFUNDED,
    /** The proposed refund was not approved. */
    REFUND_REJECTED
  }
}
