package org.queqiao.contract.price;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.money.PriceItem;

/**
 * All prices that were ever defined. Where several hold, the one that names partition and quality
 * of service most exactly does: both, then the partition, then the quality of service, then none;
 * of equals the one that began last, and of these the one that was added last.
 */
public final class TariffBook {
  private static final int RANK_OF_PARTITION = 2;

  private final Map<PartitionName, NavigableMap<Long, Price>> prices = new TreeMap<>();
  private final List<PriceItem> items = new ArrayList<>();

  /** Adds the price of a partition; a later one for the same instant replaces the earlier. */
  public void add(TariffDefined tariff) {
    prices
        .computeIfAbsent(tariff.partition(), name -> new TreeMap<>())
        .put(
            tariff.validFromMs(),
            new Price(tariff.priceMicroPerCoreHour(), tariff.currency(), tariff.validFromMs()));
  }

  /** Adds a price. */
  public void add(PriceItem item) {
    items.add(item);
  }

  /**
   * The price that holds at an instant.
   *
   * @param qos of the job, or null for none
   */
  public Price at(PartitionName partition, QosName qos, long timeMs) {
    NavigableMap<Long, Price> list = prices.get(partition);
    Map.Entry<Long, Price> plain = list == null ? null : list.floorEntry(timeMs);
    Price price = plain == null ? Price.NONE : plain.getValue();
    int rank = plain == null ? -1 : RANK_OF_PARTITION;
    long sinceMs = plain == null ? Long.MIN_VALUE : price.validFromMs();
    for (PriceItem each : items) {
      boolean better = each.rank() > rank || each.rank() == rank && each.validFromMs() >= sinceMs;
      if (better && each.covers(partition, qos) && each.holdsAt(timeMs)) {
        price = new Price(each.microAt(timeMs), each.currency(), each.validFromMs());
        rank = each.rank();
        sinceMs = each.validFromMs();
      }
    }
    return price;
  }

  /** The instants within {@code (fromMs, toMs)} at which the price may change. */
  public List<Long> changes(PartitionName partition, QosName qos, long fromMs, long toMs) {
    if (fromMs >= toMs) {
      return List.of();
    }
    TreeSet<Long> all = new TreeSet<>();
    NavigableMap<Long, Price> list = prices.get(partition);
    if (list != null) {
      all.addAll(list.subMap(fromMs, false, toMs, false).keySet());
    }
    for (PriceItem each : items) {
      if (each.covers(partition, qos)) {
        each.changes(fromMs, toMs, all);
      }
    }
    return new ArrayList<>(all);
  }
}
