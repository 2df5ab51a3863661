package org.queqiao.core.state;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import org.queqiao.contract.event.JobPolicyDefined;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.event.TariffDefined;
import org.queqiao.contract.event.TopologyDefined;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.money.AgreedPrice;
import org.queqiao.contract.money.ContractTerms;
import org.queqiao.contract.money.MoneyChange;
import org.queqiao.contract.price.TariffBook;
import org.queqiao.core.placement.HostList;
import org.queqiao.core.placement.Switches;

/** The rules of the site that are data: partitions and their prices. */
public final class Policy {
  private final TreeMap<PartitionName, PartitionDefined> partitions = new TreeMap<>();
  private final TreeMap<PartitionName, List<TariffDefined>> tariffs = new TreeMap<>();

  /** What the partitions list; those that have all nodes are not here. */
  private final TreeMap<PartitionName, NavigableSet<NodeName>> nodes = new TreeMap<>();

  /** The same prices by the instants from which they hold. */
  private final TariffBook prices = new TariffBook();

  private TopologyDefined topology = TopologyDefined.NONE;
  private long version;
  private Switches switches = Switches.NONE;
  private JobPolicyDefined jobPolicy;
  private SchedulingDefined scheduling;

  Policy() {}

  void define(JobPolicyDefined policy) {
    jobPolicy = policy;
  }

  void define(SchedulingDefined newScheduling) {
    scheduling = newScheduling;
  }

  void define(TopologyDefined newTopology) {
    version++;
    switches = Switches.of(newTopology);
    topology = newTopology;
  }

  /** The switches as the site says them. */
  public TopologyDefined topology() {
    return topology;
  }

  public Switches switches() {
    return switches;
  }

  /** Which nodes are given away first: those of less weight, then switch by switch. */
  public Comparator<Node> firstGiven() {
    return Comparator.comparingInt((Node node) -> node.settings().weight())
        .thenComparingInt(node -> switches.leafOf(node.name()));
  }

  /** By which policy the site plans. */
  public SchedulingDefined scheduling() {
    return scheduling == null ? SchedulingDefined.DEFAULT : scheduling;
  }

  /** Whether jobs of equal priority go by their areas. */
  public boolean ordersByArea() {
    return scheduling().policy().equals(SchedulingDefined.DEFAULT.policy());
  }

  /** Whether whoever was promised a start goes by it before all others. */
  public boolean ordersByPromise() {
    return scheduling().promisesAll() || ordersByArea() && scheduling().reservations() > 1;
  }

  /** By which policy the site plans as stated, or null. */
  SchedulingDefined statedScheduling() {
    return scheduling;
  }

  /** The bounds on every job. */
  public JobPolicyDefined jobPolicy() {
    return jobPolicy == null ? JobPolicyDefined.DEFAULT : jobPolicy;
  }

  /** The bounds on every job as stated, or null. */
  JobPolicyDefined statedJobPolicy() {
    return jobPolicy;
  }

  void define(PartitionDefined partition) {
    if (partition.isDefault()) {
      partitions.replaceAll((name, each) -> each.isDefault() ? each.withDefault(false) : each);
    }
    partitions.put(partition.name(), partition);
    version++;
    if (partition.nodes().isEmpty()) {
      nodes.remove(partition.name());
    } else {
      nodes.put(partition.name(), HostList.parse(partition.nodes()));
    }
  }

  void define(TariffDefined tariff) {
    tariffs.computeIfAbsent(tariff.partition(), _ -> new ArrayList<>()).add(tariff);
    prices.add(tariff);
  }

  void define(AgreedPrice price) {
    prices.add(price.number(), price.item());
  }

  void end(MoneyChange.PriceEnd end) {
    prices.end(end);
  }

  void define(ContractTerms each) {
    prices.add(each);
  }

  void define(MoneyChange.CustomerClass each) {
    prices.add(each);
  }

  void define(MoneyChange.ProjectPayer each) {
    prices.add(each);
  }

  /** Another number after each change of a partition. */
  long version() {
    return version;
  }

  /** The nodes that a partition lists, or null when it has all. */
  public NavigableSet<NodeName> nodesOf(PartitionName name) {
    return nodes.get(name);
  }

  public Optional<PartitionDefined> partition(PartitionName name) {
    return Optional.ofNullable(partitions.get(name));
  }

  /** Which partitions are planned first: those with a higher one. */
  public int tierOf(PartitionName name) {
    PartitionDefined partition = partitions.get(name);
    return partition == null ? PartitionDefined.TIER : partition.tier();
  }

  /** Where jobs go that name no partition. */
  public Optional<PartitionDefined> defaultPartition() {
    for (PartitionDefined each : partitions.values()) {
      if (each.isDefault()) {
        return Optional.of(each);
      }
    }
    return Optional.empty();
  }

  /** All partitions, by name. */
  public Collection<PartitionDefined> partitions() {
    return Collections.unmodifiableCollection(partitions.values());
  }

  /** The tariffs of a partition in the order in which they were stated. */
  public List<TariffDefined> tariffsOf(PartitionName partition) {
    return Collections.unmodifiableList(tariffs.getOrDefault(partition, List.of()));
  }

  /** The prices; only to be read. */
  public TariffBook prices() {
    return prices;
  }

  /** All tariffs, by partition and then in the order in which they were stated. */
  public List<TariffDefined> tariffs() {
    List<TariffDefined> out = new ArrayList<>();
    tariffs.values().forEach(out::addAll);
    return out;
  }
}
