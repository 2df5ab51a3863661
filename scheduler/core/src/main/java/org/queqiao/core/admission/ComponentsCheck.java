package org.queqiao.core.admission;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.placement.Constraint;
import org.queqiao.core.placement.HostList;
import org.queqiao.core.placement.JobParts;
import org.queqiao.core.placement.NodeWish;
import org.queqiao.core.placement.Parts;
import org.queqiao.core.state.Cluster;

/**
 * The components of a submission: each right in itself, by the rules of a job that asks for the
 * same, and all together.
 */
final class ComponentsCheck {
  private static final int MAX_COMPONENTS = 6;

  private final Cluster cluster;

  ComponentsCheck(Cluster cluster) {
    this.cluster = cluster;
  }

  /** The first thing that is wrong, if anything is. */
  Optional<Rejection> check(JobRequest request, PartitionName partition) {
    List<JobComponent> components = request.placement().components();
    if (components.isEmpty()) {
      return Optional.empty();
    }
    if (components.size() > MAX_COMPONENTS) {
      return wrong("a job has at most " + MAX_COMPONENTS + " components beside its own nodes");
    }
    for (int i = 0; i < components.size(); i++) {
      Optional<Rejection> found = alone(components.get(i), partition);
      if (found.isPresent()) {
        return wrong("component " + (i + 1) + ": " + found.get().message());
      }
    }
    return together(resolved(request));
  }

  private Optional<Rejection> alone(JobComponent component, PartitionName partition) {
    JobPlacement placement = component.placement();
    if (!placement.components().isEmpty()
        || !placement.licences().isEmpty()
        || placement.exclusive()
        || placement.spread()) {
      return wrong("components, licences, exclusive and spread are of the whole job");
    }
    JobRequest request = asked(component);
    return JobRequestCheck.shape(request)
        .or(() -> JobRequestCheck.gres("gres", request.gres()))
        .or(() -> new PlacementCheck(cluster).check(request, partition))
        .or(() -> ResourcesCheck.onNodes(request));
  }

  /** A component as a submission of its own; what it does not say is null. */
  private static JobRequest asked(JobComponent component) {
    return JobRequest.builder(new byte[0])
        .nodes(component.nodes() == 0 ? null : (Integer) component.nodes())
        .tasks(component.tasks() == 0 ? null : (Integer) component.tasks())
        .cpusPerTask(component.cpusPerTask())
        .memBytes(component.memBytes())
        .gres(component.gres())
        .placement(component.placement())
        .build();
  }

  /** A component with what follows from what it says. */
  static JobComponent resolved(JobComponent component) {
    JobRequest request = asked(component);
    return new JobComponent(
        PlacementCheck.leastNodes(request),
        Math.toIntExact(PlacementCheck.tasks(request)),
        component.cpusPerTask(),
        component.memBytes(),
        component.gres(),
        PlacementCheck.placement(request));
  }

  /** The job's own nodes and its components, with what follows. */
  private static List<JobComponent> resolved(JobRequest request) {
    List<JobComponent> all = new ArrayList<>();
    all.add(
        new JobComponent(
            PlacementCheck.leastNodes(request),
            Math.toIntExact(PlacementCheck.tasks(request)),
            request.cpusPerTask() == null ? 1 : request.cpusPerTask(),
            0,
            List.of(),
            PlacementCheck.placement(request)));
    all.addAll(all.getFirst().placement().components());
    return all;
  }

  private static Optional<Rejection> together(List<JobComponent> all) {
    long nodes = 0;
    long cores = 0;
    long ways = 1;
    for (JobComponent each : all) {
      nodes += each.mostNodes();
      cores += (long) each.on(each.mostNodes()).tasks() * each.cpusPerTask();
      ways *= each.mostNodes() - each.nodes() + 1;
      ways *= Math.max(1, Constraint.parse(each.placement().constraint()).same().size());
      if (ways > ResourcesCheck.MAX_SHAPES) {
        return wrong(
            "numbers of nodes and alternatives in square brackets of all components are more than "
                + ResourcesCheck.MAX_SHAPES
                + " ways to start, which are not all tried: ask for a smaller maxNodes of one of"
                + " them, or name one of its alternatives");
      }
    }
    if (nodes > JobRequestCheck.MAX_NODES || cores > Integer.MAX_VALUE) {
      return wrong("the components have more nodes or cores than can be counted");
    }
    return named(all).or(() -> kinds(all));
  }

  /** A node serves one component, so two cannot name it. */
  private static Optional<Rejection> named(List<JobComponent> all) {
    TreeMap<NodeName, Integer> by = new TreeMap<>();
    String excluded = all.getFirst().placement().excludeNodes();
    NavigableSet<NodeName> without = excluded.isEmpty() ? null : HostList.parse(excluded);
    for (int i = 0; i < all.size(); i++) {
      String list = all.get(i).placement().nodeList();
      NavigableSet<NodeName> names = list.isEmpty() ? null : HostList.parse(list);
      for (NodeName name : names == null ? List.<NodeName>of() : names) {
        Integer before = by.put(name, i);
        if (before != null) {
          return wrong(
              "node "
                  + name
                  + " is in nodeList of "
                  + which(before)
                  + " and of "
                  + which(i)
                  + ", and it serves one of them: leave it out of one");
        }
        if (i > 0 && without != null && without.contains(name)) {
          return wrong(
              "node "
                  + name
                  + " is in nodeList of "
                  + which(i)
                  + " and in excludeNodes of the job, which is for all components");
        }
      }
    }
    return Optional.empty();
  }

  private static String which(int component) {
    return component == 0 ? "the job's own nodes" : "component " + component;
  }

  private static Optional<Rejection> kinds(List<JobComponent> all) {
    NodeWish wish = NodeWish.of(all.getFirst().placement(), null);
    int parts = all.getFirst().placement().licences().isEmpty() ? 0 : 1;
    for (int i = 0; i < all.size(); i++) {
      JobComponent each = all.get(i);
      int most = 0;
      for (int nodes = each.nodes(); nodes <= each.mostNodes(); nodes++) {
        most = Math.max(most, JobParts.count(each.on(nodes), wish, i));
      }
      parts += most;
    }
    return parts <= Parts.MAX
        ? Optional.empty()
        : wrong(
            "the nodes of the job fall into "
                + parts
                + " kinds (components, counts, named ones, those with one task more, licences), of"
                + " which at most "
                + Parts.MAX
                + " can be told apart: ask for as many tasks on each node, or for fewer counts");
  }

  private static Optional<Rejection> wrong(String message) {
    return Optional.of(new Rejection(Rejection.Code.INVALID, "components", message));
  }
}
