package org.queqiao.core.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.core.placement.Arrangement;
import org.queqiao.core.placement.Fabric;
import org.queqiao.core.placement.JobParts;
import org.queqiao.core.placement.NodeNeed;
import org.queqiao.core.state.Cluster;

/**
 * What jobs need in the numbers of a {@link NodePool}. Jobs that need the same get the same demand,
 * so that what one of them was refused is not tried for the next.
 */
final class ClusterDemands {
  private static final int MAX_KNOWN = 50_000;
  private static final int MAX_KNOWN_WIDE = 1_000;
  private static final long[] NONE = {0};

  private final TreeMap<DemandShape, Demand> known = new TreeMap<>();

  /** Of jobs whose tasks are spread over as many nodes as they get: by the shape on each number. */
  private final TreeMap<List<DemandShape>, Demand> wide =
      new TreeMap<>(ClusterDemands::compareShapes);

  private final ClusterKinds kinds;
  private final Fabric fabric;
  private final int licenceNode;
  private final ClusterChoices choices;
  private final ReservedNodes reserved;
  private int lastNumber;

  /**
   * For numbered nodes.
   *
   * @param names of the nodes, by number
   * @param licenceNode the number that stands for the licences
   */
  ClusterDemands(
      Cluster cluster,
      List<NodeName> names,
      ClusterKinds kinds,
      ReservedNodes reserved,
      int licenceNode) {
    this.kinds = kinds;
    this.reserved = reserved;
    this.licenceNode = licenceNode;
    this.choices = new ClusterChoices(cluster, names);
    this.fabric = new Fabric(cluster.policy().switches(), names);
  }

  /**
   * What a job needs, or null when no node has it.
   *
   * @param in the reservation that it uses, or null
   */
  Demand of(JobSpec spec, ReservationName in) {
    Demand demand = ofSpec(spec, in);
    return demand == null
        ? null
        : demand.ofModels(kinds.takesAnyModel(spec), kinds.takesOneModel(spec));
  }

  private Demand ofSpec(JobSpec spec, ReservationName in) {
    if (!spec.placement().components().isEmpty()) {
      return ofComponents(spec, in);
    }
    return spec.hasShapes() ? ofAnyNumber(spec, in) : ofShape(spec, in);
  }

  /** The most nodes are what it takes first, and fewer what it takes instead. */
  private Demand ofAnyNumber(JobSpec spec, ReservationName in) {
    List<JobSpec> specs = new ArrayList<>();
    List<DemandShape> shapes = new ArrayList<>();
    for (JobSpec each : spec.shapes()) {
      DemandShape shape = shape(each, in);
      if (shape != null) {
        specs.add(each);
        shapes.add(shape);
      }
    }
    if (shapes.isEmpty()) {
      return null;
    }
    if (wide.size() >= MAX_KNOWN_WIDE) {
      wide.clear();
    }
    Demand demand = wide.get(shapes);
    if (demand == null) {
      List<Demand> all = new ArrayList<>();
      for (int i = 0; i < shapes.size(); i++) {
        Demand one = make(specs.get(i), in, shapes.get(i));
        all.add(one);
        all.addAll(one.others());
      }
      demand = all.removeFirst().orElse(all);
      wide.put(shapes, demand);
    }
    return demand;
  }

  private static int compareShapes(List<DemandShape> left, List<DemandShape> right) {
    for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
      int order = left.get(i).compareTo(right.get(i));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(left.size(), right.size());
  }

  private Demand ofShape(JobSpec spec, ReservationName in) {
    DemandShape shape = shape(spec, in);
    if (shape == null) {
      return null;
    }
    if (known.size() >= MAX_KNOWN) {
      known.clear();
    }
    Demand demand = known.get(shape);
    if (demand == null) {
      demand = make(spec, in, shape);
      known.put(shape, demand);
    }
    return demand;
  }

  private Demand make(JobSpec spec, ReservationName in, DemandShape shape) {
    return shape
        .demand(spec, reserved.within(in, choices.of(spec)), fabric, licenceNode)
        .keptBy(reserved.keptFrom(in))
        .numbered(++lastNumber);
  }

  private DemandShape shape(JobSpec spec, ReservationName in) {
    NodeNeed need = NodeNeed.small(spec);
    long[] small = kinds.of(need);
    long[] large = spec.tasks() % spec.nodes() == 0 ? small : kinds.of(NodeNeed.large(spec));
    long[] licences = licences(spec);
    return small == null || licences == null
        ? null
        : new DemandShape(
            new Share(small, need.memBytes() == 0, need.wholeNode()),
            new Share(large, need.memBytes() == 0, need.wholeNode()),
            new Share(licences, false),
            spec.tasks() % spec.nodes(),
            spec.nodes(),
            spec.mostNodes(),
            DemandShape.liesOf(spec.placement()),
            choices.of(spec).number(),
            in == null ? "" : in.value());
  }

  private long[] licences(JobSpec spec) {
    return spec.placement().licences().isEmpty()
        ? NONE
        : kinds.ofLicences(spec.placement().licences());
  }

  /** A job with components: a part for each of them. */
  private Demand ofComponents(JobSpec spec, ReservationName in) {
    ClusterChoices.Choice choice = reserved.within(in, choices.of(spec));
    List<Demand> all = new ArrayList<>();
    for (JobSpec each : spec.shapes()) {
      Demand first = ofComponents(each, choice);
      if (first != null) {
        all.add(first);
        choice.others().forEach(other -> all.add(ofComponents(each, other)));
      }
    }
    return all.isEmpty()
        ? null
        : all.removeFirst().orElse(all).keptBy(reserved.keptFrom(in)).numbered(++lastNumber);
  }

  private Demand ofComponents(JobSpec spec, ClusterChoices.Choice choice) {
    JobParts parts = JobParts.of(spec, choice.wish());
    long[] licences = licences(spec);
    if (licences == null) {
      return null;
    }
    List<Demand.Part> list = new ArrayList<>();
    for (int part = 0; part < parts.parts().count(); part++) {
      NodeNeed need = parts.need(part);
      long[] amounts = kinds.of(need);
      if (amounts == null) {
        return null;
      }
      list.add(
          new Demand.Part(
              new Share(amounts, need.memBytes() == 0, need.wholeNode()),
              parts.parts().wanted(part),
              choice.groups().get(parts.group(part))));
    }
    if (licences.length > 1) {
      list.add(new Demand.Part(new Share(licences, false), 1, node -> node == licenceNode));
    }
    return new Demand(list, 0, 0, Arrangement.of(spec, parts, fabric))
        .of(spec.components().stream().map(JobComponent::nodes).toList());
  }
}
