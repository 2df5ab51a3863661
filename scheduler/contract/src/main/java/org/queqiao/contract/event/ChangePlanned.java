package org.queqiao.contract.event;

import org.queqiao.contract.account.PlannedChange;

/** A change will count from its time on. */
public record ChangePlanned(PlannedChange change) implements PlannedEvent {}
