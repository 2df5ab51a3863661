package org.queqiao.contract.event;

import org.queqiao.contract.account.PlannedChange;

/** A planned change will not come. */
public record PlannedChangeWithdrawn(PlannedChange change) implements PlannedEvent {}
