package org.queqiao.accounting.ledger;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.queqiao.contract.event.RunObserved;

/**
 * What was told last of a run of another scheduler. Money is in micro-units of each currency.
 *
 * @param run what
 * @param when which months were open then; null where that was not kept
 * @param refunded what the rules gave back of it
 * @param given what people gave back of it, however it was told
 * @param stands how much of that stands: no more than it costs as it is told
 */
public record Told(
    RunObserved run,
    Months.Then when,
    SortedMap<String, Long> refunded,
    SortedMap<String, Long> given,
    SortedMap<String, Long> stands) {
  public Told {
    refunded = Collections.unmodifiableSortedMap(new TreeMap<>(refunded));
    given = Collections.unmodifiableSortedMap(new TreeMap<>(given));
    stands = Collections.unmodifiableSortedMap(new TreeMap<>(stands));
  }

  /** The same of which people gave back more. */
  Told given(String currency, long micro) {
    return new Told(
        run, when, refunded, more(given, currency, micro), more(stands, currency, micro));
  }

  private static SortedMap<String, Long> more(
      SortedMap<String, Long> some, String currency, long micro) {
    TreeMap<String, Long> all = new TreeMap<>(some);
    all.merge(currency, micro, Math::addExact);
    return all;
  }
}
