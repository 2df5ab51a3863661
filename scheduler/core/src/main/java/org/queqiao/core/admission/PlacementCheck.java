package org.queqiao.core.admission;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.placement.Constraint;
import org.queqiao.core.placement.HostList;
import org.queqiao.core.state.Cluster;

/**
 * Which nodes a submission names or describes: whether they can be read, and whether they exist.
 */
final class PlacementCheck {
  private final Cluster cluster;

  PlacementCheck(Cluster cluster) {
    this.cluster = cluster;
  }

  /** The first thing that is wrong, if anything is. */
  Optional<Rejection> check(JobRequest request, PartitionName partition) {
    JobPlacement placement = request.placement();
    return placement.isDefault()
        ? Optional.empty()
        : list("nodeList", placement.nodeList())
            .or(() -> list("excludeNodes", placement.excludeNodes()))
            .or(() -> lists(request, partition))
            .or(() -> constraint(request))
            .or(() -> shape(request));
  }

  /**
   * How many nodes a job has that does not say so: as many as it names, as its tasks need, else
   * one.
   */
  static int nodes(JobRequest request) {
    if (request.nodes() != null) {
      return request.nodes();
    }
    JobPlacement placement = request.placement();
    if (!placement.nodeList().isEmpty()) {
      return HostList.parse(placement.nodeList()).size();
    }
    long counted = Constraint.parse(placement.constraint()).countedNodes();
    if (counted == 0 && placement.tasksPerNode() > 0 && request.tasks() != null) {
      return (int) ceiling(request.tasks(), placement.tasksPerNode());
    }
    return (int) Math.max(1, counted);
  }

  /** How many tasks a job has that does not say so: as many on each node as it says, else one. */
  static long tasks(JobRequest request) {
    return request.tasks() != null
        ? request.tasks()
        : (long) nodes(request) * Math.max(1, request.placement().tasksPerNode());
  }

  /** Whether its tasks are spread over as many nodes as it gets. */
  static boolean spreadsTasks(JobRequest request) {
    return request.tasks() != null && request.placement().maxNodes() > nodes(request);
  }

  /** On how many nodes it starts at the least: no node has more tasks than it may. */
  static int leastNodes(JobRequest request) {
    int perNode = request.placement().tasksPerNode();
    return spreadsTasks(request) && perNode > 0
        ? (int) Math.max(nodes(request), ceiling(request.tasks(), perNode))
        : nodes(request);
  }

  /** In how many ways it may start, with numbers of nodes and with alternatives of a constraint. */
  static long shapes(JobRequest request) {
    if (!spreadsTasks(request)) {
      return 1;
    }
    long most = Math.min(request.placement().maxNodes(), request.tasks());
    int ways = Constraint.parse(request.placement().constraint()).same().size();
    return Math.max(1, most - leastNodes(request) + 1) * Math.max(1, ways);
  }

  /** The same with what follows: no node is without a task. */
  static JobPlacement placement(JobRequest request) {
    if (!request.placement().components().isEmpty()) {
      return ofNodes(request).toBuilder()
          .components(
              request.placement().components().stream().map(ComponentsCheck::resolved).toList())
          .build();
    }
    return ofNodes(request);
  }

  private static JobPlacement ofNodes(JobRequest request) {
    if (!spreadsTasks(request)) {
      return request.placement().tasksInAll()
          ? request.placement().toBuilder().tasksInAll(false).build()
          : request.placement();
    }
    int most = Math.min(request.placement().maxNodes(), request.tasks());
    return request.placement().toBuilder()
        .maxNodes(most)
        .tasksInAll(most > leastNodes(request))
        .build();
  }

  static long ceiling(long number, long by) {
    return (number + by - 1) / by;
  }

  private Optional<Rejection> list(String field, String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    NavigableSet<NodeName> names;
    try {
      names = HostList.parse(text);
    } catch (IllegalArgumentException e) {
      return wrong(field, field + " " + e.getMessage());
    }
    if (cluster.nodes().all().isEmpty()) {
      return Optional.empty();
    }
    for (NodeName name : names) {
      if (cluster.nodes().find(name).isEmpty()) {
        List<String> known =
            cluster.nodes().all().stream().map(each -> each.name().value()).toList();
        return wrong(field, "there is no node " + name + TextRules.didYouMean(name.value(), known));
      }
    }
    return Optional.empty();
  }

  private Optional<Rejection> lists(JobRequest request, PartitionName partition) {
    JobPlacement placement = request.placement();
    if (placement.nodeList().isEmpty()) {
      return Optional.empty();
    }
    NavigableSet<NodeName> included = HostList.parse(placement.nodeList());
    if (request.nodes() != null && included.size() > request.nodes()) {
      return wrong(
          "nodeList",
          "nodeList names "
              + included.size()
              + " nodes and all of them are to be used, but the job asks for "
              + request.nodes()
              + ": ask for at least "
              + included.size()
              + " nodes");
    }
    if (!placement.excludeNodes().isEmpty()) {
      TreeSet<NodeName> both = new TreeSet<>(HostList.parse(placement.excludeNodes()));
      both.retainAll(included);
      if (!both.isEmpty()) {
        return wrong(
            "excludeNodes", "node " + both.first() + " is in nodeList and in excludeNodes");
      }
    }
    NavigableSet<NodeName> ofPartition = cluster.policy().nodesOf(partition);
    if (ofPartition != null && !ofPartition.containsAll(included)) {
      TreeSet<NodeName> outside = new TreeSet<>(included);
      outside.removeAll(ofPartition);
      return wrong(
          "nodeList",
          "node " + outside.first() + " is not in partition " + partition + ": leave it out");
    }
    return Optional.empty();
  }

  private Optional<Rejection> constraint(JobRequest request) {
    String text = request.placement().constraint();
    Constraint constraint;
    try {
      constraint = Constraint.parse(text);
    } catch (IllegalArgumentException e) {
      return wrong("constraint", "the constraint " + e.getMessage());
    }
    if (!constraint.counted().isEmpty() && !request.placement().nodeList().isEmpty()) {
      return wrong(
          "constraint", "counts of a constraint do not go with nodeList: leave one of them out");
    }
    if (request.nodes() != null && constraint.countedNodes() > request.nodes()) {
      return wrong(
          "constraint",
          "the counts of the constraint sum to "
              + constraint.countedNodes()
              + " nodes, but the job asks for "
              + request.nodes()
              + ": ask for at least "
              + constraint.countedNodes());
    }
    return cluster.nodes().all().isEmpty() ? Optional.empty() : unknown("constraint", constraint);
  }

  /** What the request does not say of its size comes from what it names. */
  private static Optional<Rejection> shape(JobRequest request) {
    int nodes = nodes(request);
    if (nodes > JobRequestCheck.MAX_NODES) {
      return wrong(
          "constraint",
          "the job asks for " + nodes + " nodes, at most " + JobRequestCheck.MAX_NODES);
    }
    if (request.tasks() != null && request.tasks() < nodes) {
      return wrong(
          "tasks",
          request.tasks()
              + " tasks on "
              + nodes
              + " nodes leave nodes without work: ask for at least "
              + nodes
              + " tasks");
    }
    int cpusPerTask = request.cpusPerTask() == null ? 1 : request.cpusPerTask();
    return (long) nodes * cpusPerTask > Integer.MAX_VALUE
        ? wrong("cpusPerTask", nodes + " nodes of " + cpusPerTask + " cores are too many to count")
        : Optional.empty();
  }

  /** A feature that no node has, once there are nodes. */
  Optional<Rejection> unknown(String field, Constraint constraint) {
    if (cluster.nodes().all().isEmpty()) {
      return Optional.empty();
    }
    TreeSet<String> unknown = constraint.features();
    NavigableSet<String> known = cluster.nodes().features();
    unknown.removeAll(known);
    return unknown.isEmpty()
        ? Optional.empty()
        : wrong(
            field,
            "no node has the feature "
                + unknown.first()
                + TextRules.didYouMean(unknown.first(), new ArrayList<>(known)));
  }

  private static Optional<Rejection> wrong(String field, String message) {
    return Optional.of(new Rejection(Rejection.Code.INVALID, field, message));
  }
}
