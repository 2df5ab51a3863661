package org.queqiao.contract.event;

import org.queqiao.contract.money.MoneyChange;

/**
 * Somebody wants to change prices or money. Nothing changes until another person has decided.
 *
 * @param proposal its number: the position of this fact
 * @param change what would change
 * @param reason in words
 */
public record MoneyProposed(long proposal, MoneyChange change, String reason)
    implements MoneyEvent {}
