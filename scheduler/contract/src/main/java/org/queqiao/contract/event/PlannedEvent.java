package org.queqiao.contract.event;

import org.queqiao.contract.account.PlannedChange;

/** What happens to a change that counts from a later time on. */
public sealed interface PlannedEvent extends Event
    permits ChangePlanned, PlannedChangeMade, PlannedChangeWithdrawn {
  PlannedChange change();
}
