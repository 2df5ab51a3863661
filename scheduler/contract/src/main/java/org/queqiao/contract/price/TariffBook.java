package org.queqiao.contract.price;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.money.AgreedPrice;
import org.queqiao.contract.money.ContractTerms;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.money.PriceItem;
import org.queqiao.contract.money.Resource;
import org.queqiao.contract.money.Use;

/**
 * All prices that were ever defined. Where several hold, the one that names most exactly what it is
 * for does ({@link PriceItem#rank}); of equals the one that began last, and of these the one that
 * was added last.
 */
public final class TariffBook {
  private final Map<PartitionName, NavigableMap<Long, Price>> prices = new TreeMap<>();
  private final List<AgreedPrice> items = new ArrayList<>();
  private int mostTiers;
  private final List<MoneyChange.Conversion> conversions = new ArrayList<>();
  private final Set<Resource> priced = EnumSet.of(Resource.CORES);
  private final Map<ProjectName, NavigableMap<Long, String>> classes = new TreeMap<>();
  private final ContractBook contracts = new ContractBook();
  private final PayerBook payers = new PayerBook();

  /** Adds the price of a partition; a later one for the same instant replaces the earlier. */
  public void add(TariffDefined tariff) {
    prices
        .computeIfAbsent(tariff.partition(), name -> new TreeMap<>())
        .put(
            tariff.validFromMs(),
            new Price(tariff.priceMicroPerCoreHour(), tariff.currency(), tariff.validFromMs()));
  }

  /** Adds a price that nobody ends by its number. */
  public void add(PriceItem item) {
    add(0, item);
  }

  /** Adds the price that a proposal brought. */
  public void add(long number, PriceItem item) {
    items.add(new AgreedPrice(number, item));
    mostTiers = Math.max(mostTiers, item.terms().tiers().size());
    priced.add(item.terms().resource());
  }

  /** A price holds no more from an instant on; what it cost before stays. */
  public void end(MoneyChange.PriceEnd end) {
    items.replaceAll(each -> each.after(end));
  }

  /** A project is of a class from an instant on; a later word for the same instant replaces it. */
  public void add(MoneyChange.CustomerClass each) {
    classes
        .computeIfAbsent(each.project(), name -> new TreeMap<>())
        .put(each.validFromMs(), each.customerClass());
  }

  /** From an instant on another wallet pays for a project. */
  public void add(MoneyChange.ProjectPayer each) {
    payers.add(each);
  }

  /** Who pays for projects; only to be read. */
  public PayerBook payers() {
    return payers;
  }

  /** Adds a contract. */
  public void add(ContractTerms each) {
    contracts.add(each);
  }

  /** Adds a line of the table of standard core-hours. */
  public void add(MoneyChange.Conversion each) {
    conversions.add(each);
    priced.add(each.resource());
  }

  /** Whether there is a table of standard core-hours. */
  public boolean hasConversions() {
    return !conversions.isEmpty();
  }

  /** Thousandths of a standard core-hour for one hour; that of cores is itself without a table. */
  private long standardPermille(Use use, long timeMs) {
    MoneyChange.Conversion best = null;
    for (MoneyChange.Conversion each : conversions) {
      boolean holds = each.validFromMs() <= timeMs && each.covers(use);
      if (holds
          && (best == null
              || each.rank() > best.rank()
              || each.rank() == best.rank() && each.validFromMs() >= best.validFromMs())) {
        best = each;
      }
    }
    if (best == null) {
      return use.resource() == Resource.CORES ? Price.SAME : 0;
    }
    return best.standardPermille();
  }

  /**
   * The class of a project at an instant, or empty: that of its contract while one holds, or else
   * the one that was said.
   */
  public String classAt(ProjectName project, long timeMs) {
    Optional<ContractTerms> contract = contracts.at(project, timeMs);
    if (contract.isPresent()) {
      return contract.get().customerClass();
    }
    NavigableMap<Long, String> list = project == null ? null : classes.get(project);
    Map.Entry<Long, String> found = list == null ? null : list.floorEntry(timeMs);
    return found == null ? "" : found.getValue();
  }

  /** How many tiers a price has at most. */
  int mostTiers() {
    return mostTiers;
  }

  /** Whether the resource ever had a price; cores are counted without. */
  public boolean isPriced(Resource resource) {
    return priced.contains(resource);
  }

  /** What a use may turn out to be for these prices, by kinds of nodes and types of devices. */
  public List<Use> mayBecome(Use use) {
    TreeSet<String> devices = new TreeSet<>(List.of(use.device()));
    TreeSet<String> nodeTypes = new TreeSet<>(List.of(use.nodeType()));
    for (AgreedPrice agreed : items) {
      PriceItem each = agreed.item();
      if (each.terms().resource() == use.resource()) {
        nodeTypes.add(each.terms().nodeType());
        if (each.terms().device().startsWith(use.device() + ":")) {
          devices.add(each.terms().device());
        }
      }
    }
    List<Use> all = new ArrayList<>();
    for (String device : devices) {
      for (String nodeType : nodeTypes) {
        all.add(
            new Use(use.partition(), use.qos(), use.project(), use.resource(), device, nodeType));
      }
    }
    return all;
  }

  /** The price that holds at an instant. */
  public Price at(Use use, long timeMs) {
    NavigableMap<Long, Price> list =
        use.resource() == Resource.CORES ? prices.get(use.partition()) : null;
    Map.Entry<Long, Price> plain = list == null ? null : list.floorEntry(timeMs);
    Price price = plain == null ? Price.NONE : plain.getValue();
    int rank = plain == null ? -1 : PriceItem.RANK_OF_PARTITION;
    long sinceMs = plain == null ? Long.MIN_VALUE : price.validFromMs();
    String customerClass = classAt(use.project(), timeMs);
    for (AgreedPrice agreed : items) {
      PriceItem each = agreed.item();
      boolean better = each.rank() > rank || each.rank() == rank && each.validFromMs() >= sinceMs;
      if (better && each.covers(use, customerClass) && each.holdsAt(timeMs)) {
        price =
            new Price(
                each.microAt(timeMs),
                each.currency(),
                each.validFromMs(),
                each.terms().blockedShare(),
                each.terms().whileSuspended(),
                Price.SAME,
                each.terms().tiers().isEmpty()
                    ? Volume.NONE
                    : new Volume(each.name(), each.terms().yearStart(), each.tiersAt(timeMs)),
                each.terms().minimumMicro());
        rank = each.rank();
        sinceMs = each.validFromMs();
      }
    }
    return price.standard(standardPermille(use, timeMs));
  }

  /** The instants within {@code (fromMs, toMs)} at which the price may change. */
  public List<Long> changes(Use use, long fromMs, long toMs) {
    if (fromMs >= toMs) {
      return List.of();
    }
    TreeSet<Long> all = new TreeSet<>();
    NavigableMap<Long, Price> list =
        use.resource() == Resource.CORES ? prices.get(use.partition()) : null;
    if (list != null) {
      all.addAll(list.subMap(fromMs, false, toMs, false).keySet());
    }
    NavigableMap<Long, String> turns = use.project() == null ? null : classes.get(use.project());
    if (turns != null) {
      all.addAll(turns.subMap(fromMs, false, toMs, false).keySet());
    }
    contracts.changes(use.project(), fromMs, toMs, all);
    for (AgreedPrice agreed : items) {
      PriceItem each = agreed.item();
      // Of which class the customer is may itself change within.
      if (each.covers(use, each.terms().customerClass())) {
        each.changes(fromMs, toMs, all);
      }
    }
    for (MoneyChange.Conversion each : conversions) {
      if (each.covers(use) && each.validFromMs() > fromMs && each.validFromMs() < toMs) {
        all.add(each.validFromMs());
      }
    }
    return new ArrayList<>(all);
  }
}
