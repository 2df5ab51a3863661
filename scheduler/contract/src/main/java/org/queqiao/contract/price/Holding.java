package org.queqiao.contract.price;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.QosName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.money.Resource;
import org.queqiao.contract.money.Use;
import org.queqiao.contract.observe.ObservedRun;

/**
 * What a run holds on nodes of one kind.
 *
 * @param nodeType the kind, or empty
 * @param cores that it may use
 * @param blockedCores that it blocks, no fewer
 * @param memBytes memory
 * @param devices how many, by name and type as {@code gpu:a100}
 */
public record Holding(
    String nodeType,
    long cores,
    long blockedCores,
    long memBytes,
    SortedMap<String, Long> devices) {
  public Holding {
    devices = Collections.unmodifiableSortedMap(new TreeMap<>(devices));
  }

  /** Cores of which nothing else is known. */
  public static List<Holding> cores(long cores) {
    return List.of(new Holding("", cores, cores, 0, new TreeMap<>()));
  }

  /** What a run elsewhere held: its cores alone where nothing else is known. */
  public static List<Holding> of(ObservedRun run) {
    return run.resources() == null || run.cores() == 0
        ? cores(run.cores())
        : List.of(
            new Holding("", run.cores(), run.cores(), run.memBytes(), run.resources().devices()));
  }

  /** The parts of what a run elsewhere held. */
  public static List<Part> parts(ObservedRun run) {
    return parts(of(run), run.partition(), run.qos(), run.project());
  }

  /** What is held, by the kind of nodes. */
  public static List<Holding> of(Collection<Allocation> allocations) {
    TreeMap<String, Holding> byType = new TreeMap<>();
    for (Allocation each : allocations) {
      TreeMap<String, Long> devices = new TreeMap<>();
      for (Allocation.GresDevices gres : each.gres()) {
        String type = gres.type().isEmpty() ? "" : ":" + gres.type();
        devices.merge(gres.name() + type, (long) gres.devices().size(), Math::addExact);
      }
      long cores = each.cores().size();
      byType.merge(
          each.nodeType(),
          new Holding(
              each.nodeType(),
              cores,
              Math.max(cores, each.blockedCores()),
              each.memBytes(),
              devices),
          Holding::plus);
    }
    return List.copyOf(byType.values());
  }

  private Holding plus(Holding other) {
    TreeMap<String, Long> all = new TreeMap<>(devices);
    other.devices.forEach((device, count) -> all.merge(device, count, Math::addExact));
    return new Holding(
        nodeType,
        Math.addExact(cores, other.cores),
        Math.addExact(blockedCores, other.blockedCores),
        Math.addExact(memBytes, other.memBytes),
        all);
  }

  /** Cores over all kinds of nodes. */
  public static long allCores(List<Holding> all) {
    long cores = 0;
    for (Holding each : all) {
      cores = Math.addExact(cores, each.cores());
    }
    return cores;
  }

  /**
   * A part of what is held, with a price of its own.
   *
   * @param use what it is
   * @param units cores, devices, or bytes
   * @param blockedUnits of cores those that are blocked, else the same
   */
  public record Part(Use use, long units, long blockedUnits) {
    /** What is counted at a price. */
    public long counted(Price price) {
      return price.blockedShare() ? blockedUnits : units;
    }
  }

  /** The parts of what these allocations hold for a job. */
  public static List<Part> parts(Collection<Allocation> allocations, JobSpec spec) {
    return parts(of(allocations), spec.partition(), spec.qos(), spec.project());
  }

  /** The parts of what a job holds, cores first. */
  public static List<Part> parts(
      List<Holding> all, PartitionName partition, QosName qos, ProjectName project) {
    List<Part> parts = new ArrayList<>();
    for (Holding each : all) {
      if (each.cores > 0) {
        Use use = new Use(partition, qos, project, Resource.CORES, "", each.nodeType);
        parts.add(new Part(use, each.cores, each.blockedCores));
      }
    }
    for (Holding each : all) {
      each.devices.forEach((device, count) ->
          parts.add(
              new Part(
                  new Use(partition, qos, project, Resource.ACCELERATORS, device, each.nodeType),
                  count,
                  count)));
      if (each.memBytes > 0) {
        Use use = new Use(partition, qos, project, Resource.MEMORY, "", each.nodeType);
        parts.add(new Part(use, each.memBytes, each.memBytes));
      }
    }
    return parts;
  }
}
