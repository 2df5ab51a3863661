package org.queqiao.core.state;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.policy.ResourceWeight;

/**
 * Amounts of resources over all nodes.
 *
 * @param cores how many
 * @param nodes how many
 * @param memBytes 0 when a job leaves its memory to the node
 * @param gres devices by name, whatever their type
 */
public record Demand(long cores, long nodes, long memBytes, SortedMap<String, Long> gres) {
  private static final String GRES = "gres/";

  /** What a job asks for. */
  public static Demand of(JobSpec spec) {
    TreeMap<String, Long> gres = new TreeMap<>();
    for (GresRequest each : spec.gres()) {
      gres.merge(
          each.name(), Math.multiplyExact((long) each.count(), spec.nodes()), Math::addExact);
    }
    long memBytes = Math.multiplyExact(spec.memBytes(), (long) spec.nodes());
    return new Demand(spec.totalCores(), spec.nodes(), memBytes, gres);
  }

  /** What a run holds. */
  public static Demand of(Iterable<Allocation> allocations) {
    long cores = 0;
    long nodes = 0;
    long memBytes = 0;
    TreeMap<String, Long> gres = new TreeMap<>();
    for (Allocation each : allocations) {
      nodes++;
      cores = Math.addExact(cores, each.cores().size());
      memBytes = Math.addExact(memBytes, each.memBytes());
      each.gres()
          .forEach(
              device -> gres.merge(device.name(), (long) device.devices().size(), Math::addExact));
    }
    return new Demand(cores, nodes, memBytes, gres);
  }

  public Demand {
    gres = Collections.unmodifiableSortedMap(gres);
  }

  /** The amount of a resource that a weight names. */
  public long amount(ResourceWeight weight) {
    return switch (weight.resource()) {
      case "cores" -> cores;
      case "mem" -> memBytes;
      default ->
          weight.resource().startsWith(GRES)
              ? gres.getOrDefault(weight.resource().substring(GRES.length()), 0L)
              : 0;
    };
  }
}
