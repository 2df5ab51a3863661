package org.queqiao.accounting.ledger;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.queqiao.contract.event.RunObserved;

/**
 * What was told last of a run of another scheduler.
 *
 * @param run what
 * @param when which months were open then; null where that was not kept
 * @param refunded what the rules gave back of it, in micro-units of each currency
 */
public record Told(RunObserved run, Months.Then when, SortedMap<String, Long> refunded) {
  public Told {
    refunded = Collections.unmodifiableSortedMap(new TreeMap<>(refunded));
  }
}
