package org.queqiao.core.placement;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.node.NodeFacts;

/** What is free on one node: core ids, memory, device indexes. */
public final class NodeCapacity implements Capacity {
  private final NodeFacts facts;
  private final BitSet freeCores;
  private int freeCoreCount;
  private long freeMemBytes;

  /** Free device indexes by resource and model. */
  private final NavigableMap<GresKey, BitSet> freeGres;

  private NodeCapacity(
      NodeFacts facts,
      BitSet freeCores,
      int freeCoreCount,
      long freeMemBytes,
      NavigableMap<GresKey, BitSet> freeGres) {
    this.facts = facts;
    this.freeCores = freeCores;
    this.freeCoreCount = freeCoreCount;
    this.freeMemBytes = freeMemBytes;
    this.freeGres = freeGres;
  }

  /** A node with nothing on it. */
  public static NodeCapacity idle(NodeFacts facts) {
    BitSet cores = new BitSet(facts.cores());
    cores.set(0, facts.cores());
    NavigableMap<GresKey, BitSet> gres = new TreeMap<>();
    for (NodeFacts.GresInventory each : facts.gres()) {
      BitSet devices = new BitSet(each.count());
      devices.set(0, each.count());
      gres.put(new GresKey(each.name(), each.type()), devices);
    }
    return new NodeCapacity(facts, cores, facts.cores(), facts.memBytes(), gres);
  }

  /** A node with these on it, of which some may have the same cores; null when it has no room. */
  public static NodeCapacity holding(NodeFacts facts, List<Allocation> allocations) {
    NodeCapacity capacity = idle(facts);
    BitSet taken = new BitSet();
    for (Allocation each : allocations) {
      Allocation alone = without(each, taken);
      if (!capacity.isFree(alone)) {
        return null;
      }
      capacity.take(alone);
      each.cores().forEach(taken::set);
    }
    return capacity;
  }

  /** The same allocation without some cores. */
  public static Allocation without(Allocation allocation, BitSet cores) {
    if (allocation.cores().stream().noneMatch(cores::get)) {
      return allocation;
    }
    List<Integer> rest = allocation.cores().stream().filter(core -> !cores.get(core)).toList();
    return allocation.with(rest);
  }

  @Override
  public NodeCapacity copy() {
    NavigableMap<GresKey, BitSet> gres = new TreeMap<>();
    freeGres.forEach((key, devices) -> gres.put(key, (BitSet) devices.clone()));
    return new NodeCapacity(facts, (BitSet) freeCores.clone(), freeCoreCount, freeMemBytes, gres);
  }

  @Override
  public NodeName node() {
    return facts.name();
  }

  @Override
  public int freeCores() {
    return freeCoreCount;
  }

  @Override
  public long freeMemBytes() {
    return freeMemBytes;
  }

  @Override
  public Allocation choose(int cores, long memBytes, List<GresRequest> requests) {
    if (freeCoreCount < cores) {
      return null;
    }
    long mem =
        memBytes == 0
            ? Math.multiplyExact(facts.memBytes() / facts.cores(), (long) cores)
            : memBytes;
    if (freeMemBytes < mem) {
      return null;
    }
    List<Allocation.GresDevices> gres = requests.isEmpty() ? List.of() : chooseGres(requests);
    return gres == null
        ? null
        : new Allocation(
            facts.name(), CoreChoice.choose(facts.numa(), freeCores, cores), mem, gres);
  }

  @Override
  public Allocation choose(NodeNeed need) {
    if (!need.wholeNode()) {
      return choose(need.cores(), need.memBytes(), need.gres());
    }
    boolean idle = freeCoreCount == facts.cores() && facts.cores() >= need.cores();
    return idle ? choose(facts.cores(), need.memBytes(), need.gres()) : null;
  }

  /** Whether all that an allocation holds is there and free. */
  public boolean isFree(Allocation allocation) {
    for (int core : allocation.cores()) {
      if (!freeCores.get(core)) {
        return false;
      }
    }
    for (Allocation.GresDevices gres : allocation.gres()) {
      BitSet devices = freeGres.get(new GresKey(gres.name(), gres.type()));
      for (int device : gres.devices()) {
        if (devices == null || !devices.get(device)) {
          return false;
        }
      }
    }
    return freeMemBytes >= allocation.memBytes();
  }

  /**
   * Takes what an allocation holds.
   *
   * @throws IllegalStateException when any of it is not free
   */
  public void take(Allocation allocation) {
    for (int core : allocation.cores()) {
      require(freeCores.get(core), "core " + core + " is not free");
      freeCores.clear(core);
    }
    freeCoreCount -= allocation.cores().size();
    require(
        allocation.memBytes() >= 0 && freeMemBytes >= allocation.memBytes(),
        "not enough memory is free");
    freeMemBytes -= allocation.memBytes();
    for (Allocation.GresDevices gres : allocation.gres()) {
      BitSet devices = freeGres.get(new GresKey(gres.name(), gres.type()));
      for (int device : gres.devices()) {
        require(devices != null && devices.get(device), "device " + device + " is not free");
        devices.clear(device);
      }
    }
  }

  /**
   * Gives back what an allocation held.
   *
   * @throws IllegalStateException when any of it was free already
   */
  public void give(Allocation allocation) {
    for (int core : allocation.cores()) {
      require(core < facts.cores() && !freeCores.get(core), "core " + core + " is free already");
      freeCores.set(core);
    }
    freeCoreCount += allocation.cores().size();
    freeMemBytes = Math.addExact(freeMemBytes, allocation.memBytes());
    require(freeMemBytes <= facts.memBytes(), "more memory is free than there is");
    for (Allocation.GresDevices gres : allocation.gres()) {
      BitSet devices = freeGres.get(new GresKey(gres.name(), gres.type()));
      for (int device : gres.devices()) {
        require(devices != null && !devices.get(device), "device " + device + " is free already");
        devices.set(device);
      }
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NodeCapacity that
        && facts.equals(that.facts)
        && freeCores.equals(that.freeCores)
        && freeCoreCount == that.freeCoreCount
        && freeMemBytes == that.freeMemBytes
        && freeGres.equals(that.freeGres);
  }

  @Override
  public int hashCode() {
    return facts.name().hashCode();
  }

  @Override
  public String toString() {
    return facts.name() + ": cores " + freeCores + ", memory " + freeMemBytes + ", " + freeGres;
  }

  /** Devices for all requests at once, or null. Models asked for by name choose before the rest. */
  private List<Allocation.GresDevices> chooseGres(List<GresRequest> requests) {
    NavigableMap<GresKey, BitSet> left = new TreeMap<>();
    freeGres.forEach((key, devices) -> left.put(key, (BitSet) devices.clone()));
    NavigableMap<GresKey, BitSet> chosen = new TreeMap<>();
    for (GresRequest request : requests) {
      if (!request.type().isEmpty()
          && takeFrom(left, chosen, new GresKey(request.name(), request.type()), request.count())
              < request.count()) {
        return null;
      }
    }
    for (GresRequest request : requests) {
      if (request.type().isEmpty() && !takeAnyModel(left, chosen, request)) {
        return null;
      }
    }
    List<Allocation.GresDevices> out = new ArrayList<>();
    chosen.forEach((key, devices) ->
        out.add(
            new Allocation.GresDevices(
                key.name(), key.type(), CoreChoice.lowest(devices, devices.cardinality()))));
    return out;
  }

  /** All of one model when some model has enough, else of several models in their order. */
  private static boolean takeAnyModel(
      NavigableMap<GresKey, BitSet> left,
      NavigableMap<GresKey, BitSet> chosen,
      GresRequest request) {
    List<GresKey> models =
        left.keySet().stream().filter(key -> key.name().equals(request.name())).toList();
    for (GresKey model : models) {
      if (left.get(model).cardinality() >= request.count()) {
        takeFrom(left, chosen, model, request.count());
        return true;
      }
    }
    int missing = request.count();
    for (GresKey model : models) {
      missing -= takeFrom(left, chosen, model, missing);
    }
    return missing == 0;
  }

  /** Moves up to {@code count} of the lowest devices; says how many. */
  private static int takeFrom(
      NavigableMap<GresKey, BitSet> left,
      NavigableMap<GresKey, BitSet> chosen,
      GresKey key,
      int count) {
    BitSet devices = left.get(key);
    if (devices == null || count == 0) {
      return 0;
    }
    List<Integer> lowest = CoreChoice.lowest(devices, Math.min(count, devices.cardinality()));
    BitSet mine = lowest.isEmpty() ? null : chosen.computeIfAbsent(key, _ -> new BitSet());
    for (int device : lowest) {
      devices.clear(device);
      mine.set(device);
    }
    return lowest.size();
  }

  private void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalStateException("node " + facts.name() + ": " + message);
    }
  }

  /** One model of a generic resource. */
  private record GresKey(String name, String type) implements Comparable<GresKey> {
    @Override
    public int compareTo(GresKey other) {
      int byName = name.compareTo(other.name);
      return byName != 0 ? byName : type.compareTo(other.type);
    }
  }
}
