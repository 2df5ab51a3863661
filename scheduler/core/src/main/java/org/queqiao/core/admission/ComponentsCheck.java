package org.queqiao.core.admission;

import java.util.List;
import java.util.Optional;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.placement.Constraint;
import org.queqiao.core.state.Cluster;

/** The components of a submission: each right in itself, and all together. */
final class ComponentsCheck {
  private static final int MAX_COMPONENTS = 6;

  private final Cluster cluster;

  ComponentsCheck(Cluster cluster) {
    this.cluster = cluster;
  }

  /** The first thing that is wrong, if anything is. */
  Optional<Rejection> check(JobRequest request) {
    List<JobComponent> components = request.placement().components();
    if (components.isEmpty()) {
      return Optional.empty();
    }
    if (components.size() > MAX_COMPONENTS) {
      return wrong("a job has at most " + MAX_COMPONENTS + " components beside its own nodes");
    }
    for (int i = 0; i < components.size(); i++) {
      Optional<Rejection> found = check("component " + (i + 1), components.get(i));
      if (found.isPresent()) {
        return found;
      }
    }
    return together(request);
  }

  private Optional<Rejection> check(String which, JobComponent component) {
    if (component.nodes() < 1 || component.nodes() > JobRequestCheck.MAX_NODES) {
      return wrong(which + " has from 1 to " + JobRequestCheck.MAX_NODES + " nodes");
    }
    if (component.tasks() < component.nodes()
        || component.tasks() > JobRequestCheck.MAX_TASKS
        || component.tasks() % component.nodes() != 0) {
      return wrong(
          which
              + " has "
              + component.tasks()
              + " tasks on "
              + component.nodes()
              + " nodes: ask for as many on each node, such as "
              + (component.tasks() / component.nodes() + 1) * (long) component.nodes());
    }
    if (component.cpusPerTask() < 1
        || component.cpusPerTask() > JobRequestCheck.MAX_CPUS_PER_TASK) {
      return wrong(
          which + " has from 1 to " + JobRequestCheck.MAX_CPUS_PER_TASK + " cores for each task");
    }
    if (component.memBytes() < 0 || component.memBytes() > JobRequestCheck.MAX_MEM_BYTES) {
      return wrong(which + " asks for no amount of memory");
    }
    return JobRequestCheck.gres("components", component.gres())
        .or(() -> constraint(which, component.constraint()));
  }

  private Optional<Rejection> constraint(String which, String text) {
    Constraint constraint;
    try {
      constraint = Constraint.parse(text);
    } catch (IllegalArgumentException e) {
      return wrong("the constraint of " + which + " " + e.getMessage());
    }
    if (!constraint.same().isEmpty()) {
      return wrong(
          "the constraint of "
              + which
              + " has alternatives in square brackets: name one of them, or leave the brackets out");
    }
    return constraint.counted().isEmpty()
        ? new PlacementCheck(cluster).unknown("components", constraint)
        : wrong("the constraint of " + which + " has counts: make a component of each");
  }

  private static Optional<Rejection> together(JobRequest request) {
    JobPlacement placement = request.placement();
    long nodes = PlacementCheck.nodes(request);
    if (PlacementCheck.tasks(request) % nodes != 0) {
      return wrong("a job with components has as many tasks on each of its own nodes");
    }
    boolean other =
        !placement.nodeList().isEmpty()
            || !Constraint.parse(placement.constraint()).counted().isEmpty()
            || placement.maxNodes() > 0
            || placement.contiguous()
            || placement.switches() > 0;
    if (other) {
      return wrong(
          "components do not go with nodeList, maxNodes, contiguous, switches or counts of a"
              + " constraint: leave one out");
    }
    long cpusPerTask = request.cpusPerTask() == null ? 1 : request.cpusPerTask();
    long cores = PlacementCheck.tasks(request) * cpusPerTask;
    for (JobComponent each : placement.components()) {
      nodes += each.nodes();
      cores += (long) each.tasks() * each.cpusPerTask();
    }
    return nodes > JobRequestCheck.MAX_NODES || cores > Integer.MAX_VALUE
        ? wrong("the components have more nodes or cores than can be counted")
        : Optional.empty();
  }

  private static Optional<Rejection> wrong(String message) {
    return Optional.of(new Rejection(Rejection.Code.INVALID, "components", message));
  }
}
