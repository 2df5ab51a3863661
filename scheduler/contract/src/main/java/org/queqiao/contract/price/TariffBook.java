package org.queqiao.contract.price;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.id.PartitionName;

/**
 * All prices that were ever defined; a later definition for the same instant replaces the earlier.
 */
public final class TariffBook {
  private final Map<PartitionName, NavigableMap<Long, Price>> prices = new TreeMap<>();

  /** Adds a price. */
  public void add(TariffDefined tariff) {
    prices
        .computeIfAbsent(tariff.partition(), name -> new TreeMap<>())
        .put(
            tariff.validFromMs(),
            new Price(tariff.priceMicroPerCoreHour(), tariff.currency(), tariff.validFromMs()));
  }

  /** The price that holds at an instant. */
  public Price at(PartitionName partition, long timeMs) {
    NavigableMap<Long, Price> list = prices.get(partition);
    Map.Entry<Long, Price> entry = list == null ? null : list.floorEntry(timeMs);
    return entry == null ? Price.NONE : entry.getValue();
  }

  /** The instants within {@code (fromMs, toMs)} at which the price of a partition changes. */
  public List<Long> changes(PartitionName partition, long fromMs, long toMs) {
    NavigableMap<Long, Price> list = prices.get(partition);
    if (list == null || fromMs >= toMs) {
      return List.of();
    }
    return new ArrayList<>(list.subMap(fromMs, false, toMs, false).keySet());
  }
}
