package org.queqiao.contract.event;

/**
 * Finance answers a dispute.
 *
 * @param dispute its number
 * @param proposal of the refund that another person must approve; 0 where it is rejected
 * @param reason in words
 */
public record DisputeAnswered(long dispute, long proposal, String reason) implements MoneyEvent {}
