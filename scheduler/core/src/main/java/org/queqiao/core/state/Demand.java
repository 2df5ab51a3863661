package org.queqiao.core.state;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.policy.Limit;
import org.queqiao.contract.policy.ResourceWeight;

/**
 * Amounts of resources over all nodes.
 *
 * @param cores how many
 * @param nodes how many
 * @param memBytes 0 when a job leaves its memory to the node
 * @param gres devices by name, whatever their type; and licences, by their names behind {@link
 *     Limit#LICENCE}
 */
public record Demand(long cores, long nodes, long memBytes, SortedMap<String, Long> gres) {
  private static final String GRES = "gres/";

  /** What a job asks for. */
  public static Demand of(JobSpec spec) {
    TreeMap<String, Long> gres = new TreeMap<>();
    long memBytes = 0;
    for (JobComponent each : spec.components()) {
      int last = each.nodes() - 1;
      int larges = each.tasks() % each.nodes();
      add(each.gresOnNode(0), larges, gres);
      add(each.gresOnNode(last), each.nodes() - larges, gres);
      memBytes = Math.addExact(memBytes, Math.multiplyExact(each.memOnNode(0), (long) larges));
      memBytes =
          Math.addExact(
              memBytes, Math.multiplyExact(each.memOnNode(last), (long) each.nodes() - larges));
    }
    licences(spec, gres);
    return new Demand(spec.totalCores(), spec.allNodes(), memBytes, gres);
  }

  private static void licences(JobSpec spec, SortedMap<String, Long> gres) {
    spec.placement()
        .licences()
        .forEach((name, count) -> gres.put(Limit.LICENCE + name, (long) count));
  }

  /**
   * The least that a job gets: what it asks for, and where it leaves that to the node, its memory
   * and the cores of a node that it has for itself, as the smallest node of its partition would
   * give them that has its cores.
   *
   * @param kinds what the nodes of its partition offer
   */
  public static Demand least(JobSpec spec, Offered.Kinds kinds) {
    Demand asked = of(spec);
    if (kinds.isEmpty()) {
      return asked;
    }
    long cores = 0;
    long memBytes = 0;
    for (JobComponent each : spec.components()) {
      int last = each.nodes() - 1;
      int larges = each.tasks() % each.nodes();
      Demand large = onOne(spec, each.coresOnNode(0), each.memOnNode(0), kinds);
      Demand small = onOne(spec, each.coresOnNode(last), each.memOnNode(last), kinds);
      long smalls = each.nodes() - larges;
      cores = Math.addExact(cores, Math.addExact(large.cores() * larges, small.cores() * smalls));
      memBytes = Math.addExact(memBytes, Math.multiplyExact(large.memBytes(), larges));
      memBytes = Math.addExact(memBytes, Math.multiplyExact(small.memBytes(), smalls));
    }
    return new Demand(cores, asked.nodes(), memBytes, asked.gres());
  }

  /**
   * As {@link #least}, but a job that has its nodes for itself has as many different ones as it
   * asks for: it says something else with each node that comes.
   */
  public static Demand leastOfAll(JobSpec spec, Offered.Kinds kinds) {
    Demand least = least(spec, kinds);
    if (!spec.placement().exclusive() || kinds.isEmpty()) {
      return least;
    }
    int needed =
        spec.hasShapes()
            ? 1
            : spec.components().stream()
                .mapToInt(each -> each.coresOnNode(each.nodes() - 1))
                .min()
                .orElse(1);
    long cores = Math.max(least.cores(), kinds.cores(needed, least.nodes()));
    return new Demand(cores, least.nodes(), least.memBytes(), least.gres());
  }

  private static Demand onOne(JobSpec spec, int cores, long memBytes, Offered.Kinds kinds) {
    // On more nodes it may ask for less on each, so smaller ones may serve.
    int needed = spec.hasShapes() ? 1 : cores;
    long most = spec.placement().exclusive() ? Math.max(cores, kinds.cores(needed)) : (long) cores;
    long mem = memBytes == 0 ? Math.multiplyExact(most, kinds.memPerCore(needed)) : memBytes;
    return new Demand(most, 1, mem, new TreeMap<>());
  }

  private static void add(List<GresRequest> requests, int nodes, SortedMap<String, Long> gres) {
    for (GresRequest each : requests) {
      long count = Math.multiplyExact((long) each.count(), (long) nodes);
      if (count > 0) {
        gres.merge(each.name(), count, Math::addExact);
      }
    }
  }

  /** What the run of a job holds. */
  public static Demand of(Job job) {
    return of(job.spec(), job.allocations());
  }

  /** What a job holds on these nodes. */
  public static Demand of(JobSpec spec, Iterable<Allocation> allocations) {
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
    licences(spec, gres);
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
      default -> gres.getOrDefault(countable(weight), 0L);
    };
  }

  /** The devices or licences that a weight names; null when it names neither. */
  public static String countable(ResourceWeight weight) {
    String name = weight.resource();
    if (name.startsWith(GRES)) {
      return name.substring(GRES.length());
    }
    return name.startsWith(Limit.LICENCE) ? name : null;
  }
}
