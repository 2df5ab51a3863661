package org.queqiao.accounting.ledger;

import org.queqiao.contract.event.RunObserved;

/**
 * What was told last of a run of another scheduler.
 *
 * @param run what
 * @param when which months were open then; null where that was not kept
 */
public record Told(RunObserved run, Months.Then when) {}
