package org.queqiao.core.state;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.policy.ResourceWeight;
import org.queqiao.core.placement.NodeShape;

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
    int larges = spec.tasks() % spec.nodes();
    TreeMap<String, Long> gres = new TreeMap<>();
    add(spec.gresOnNode(0), larges, gres);
    add(spec.gresOnNode(spec.nodes() - 1), spec.nodes() - larges, gres);
    long memBytes =
        Math.addExact(
            Math.multiplyExact(spec.memOnNode(0), (long) larges),
            Math.multiplyExact(spec.memOnNode(spec.nodes() - 1), (long) spec.nodes() - larges));
    for (JobComponent each : spec.placement().components()) {
      add(each.gres(), each.nodes(), gres);
      memBytes = Math.addExact(memBytes, Math.multiplyExact(each.memBytes(), (long) each.nodes()));
    }
    return new Demand(spec.totalCores(), spec.allNodes(), memBytes, gres);
  }

  /**
   * The least that a job gets: what it asks for, and where it leaves that to the node, its memory
   * and the cores of a node that it has for itself, as the smallest node would give them.
   *
   * @param nodes what nodes offer
   */
  public static Demand least(JobSpec spec, Iterable<NodeShape> nodes) {
    Demand asked = of(spec);
    long memPerCore = Long.MAX_VALUE;
    long allCores = Long.MAX_VALUE;
    for (NodeShape each : nodes) {
      memPerCore = Math.min(memPerCore, each.memBytes() / each.cores());
      allCores = Math.min(allCores, each.cores());
    }
    if (memPerCore == Long.MAX_VALUE) {
      return asked;
    }
    long wholeNode = spec.placement().exclusive() ? allCores : 0;
    int larges = spec.tasks() % spec.nodes();
    Demand small =
        onOne(
            spec.coresOnNode(spec.nodes() - 1),
            spec.memOnNode(spec.nodes() - 1),
            wholeNode,
            memPerCore);
    Demand large = onOne(spec.coresOnNode(0), spec.memOnNode(0), wholeNode, memPerCore);
    long smalls = spec.nodes() - larges;
    long cores = Math.addExact(large.cores() * larges, small.cores() * smalls);
    long memBytes =
        Math.addExact(
            Math.multiplyExact(large.memBytes(), larges),
            Math.multiplyExact(small.memBytes(), smalls));
    for (JobComponent each : spec.placement().components()) {
      Demand one =
          onOne(
              (long) each.tasks() / each.nodes() * each.cpusPerTask(),
              each.memBytes(),
              wholeNode,
              memPerCore);
      cores = Math.addExact(cores, Math.multiplyExact(one.cores(), (long) each.nodes()));
      memBytes = Math.addExact(memBytes, Math.multiplyExact(one.memBytes(), (long) each.nodes()));
    }
    return new Demand(cores, asked.nodes(), memBytes, asked.gres());
  }

  private static Demand onOne(long cores, long memBytes, long wholeNode, long memPerCore) {
    long most = Math.max(cores, wholeNode);
    return new Demand(
        most, 1, memBytes == 0 ? Math.multiplyExact(most, memPerCore) : memBytes, new TreeMap<>());
  }

  private static void add(List<GresRequest> requests, int nodes, SortedMap<String, Long> gres) {
    for (GresRequest each : requests) {
      long count = Math.multiplyExact((long) each.count(), (long) nodes);
      if (count > 0) {
        gres.merge(each.name(), count, Math::addExact);
      }
    }
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
