package org.queqiao.contract.money;

import org.queqiao.contract.id.Actor;

/**
 * A change that waits for a second person.
 *
 * @param id the position of its fact in the log
 * @param by who proposed it
 * @param timeMs when
 * @param change what would change
 * @param reason in words
 */
public record Proposal(long id, Actor by, long timeMs, MoneyChange change, String reason) {}
