package org.queqiao.contract.event;

import org.queqiao.contract.account.PlannedChange;

/**
 * The time of a planned change has come. What changes is a fact of its own before this one; from
 * when on it counts stands here, however late this was noticed.
 */
public record PlannedChangeMade(PlannedChange change) implements PlannedEvent {}
