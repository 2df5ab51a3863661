package org.queqiao.contract.event;

import org.queqiao.contract.money.MoneyChange;

/**
 * Another person than the proposer decided. What is approved is so from this fact on.
 *
 * @param proposal its number
 * @param approved whether it becomes so
 * @param change what was proposed
 * @param reason in words
 */
public record MoneyDecided(long proposal, boolean approved, MoneyChange change, String reason)
    implements MoneyEvent {}
