package org.queqiao.core.admission;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.queqiao.contract.event.LicenceDefined;
import org.queqiao.contract.id.PartitionName;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.placement.Constraint;
import org.queqiao.core.state.Cluster;

/** What a submission asks for on each node and of the licences: whether it is one clear thing. */
final class ResourcesCheck {
  static final Pattern LICENCE = Pattern.compile("[A-Za-z][A-Za-z0-9_.@-]{0,63}");
  static final int MAX_LICENCES = 1_000_000;
  static final int MAX_LICENCE_NAMES = 1_000;
  private static final int MAX_LICENCES_OF_JOB = 16;

  /** In how many ways a job may start whose tasks are spread over as many nodes as it gets. */
  static final int MAX_SHAPES = 64;

  private static final int MAX_DEVICES_ON_NODE = 1_000_000;

  private final Cluster cluster;

  ResourcesCheck(Cluster cluster) {
    this.cluster = cluster;
  }

  /** The first thing that is wrong, if anything is. */
  Optional<Rejection> check(JobRequest request, PartitionName partition) {
    return onNodes(request)
        .or(() -> new ComponentsCheck(cluster).check(request, partition))
        .or(() -> licences(request.placement()));
  }

  /** The first thing that is wrong with what is asked for on nodes of one shape. */
  static Optional<Rejection> onNodes(JobRequest request) {
    return request.placement().isDefault()
        ? Optional.empty()
        : mostNodes(request)
            .or(() -> tasksPerNode(request))
            .or(() -> memory(request))
            .or(() -> JobRequestCheck.gres("gresPerTask", request.placement().gresPerTask()))
            .or(() -> together(request))
            .or(() -> layout(request));
  }

  private static Optional<Rejection> mostNodes(JobRequest request) {
    JobPlacement placement = request.placement();
    int most = placement.maxNodes();
    if (most == 0) {
      return Optional.empty();
    }
    if (most < 0 || most > JobRequestCheck.MAX_NODES) {
      return wrong(
          "maxNodes", "maxNodes is " + most + ": it is from 1 to " + JobRequestCheck.MAX_NODES);
    }
    int nodes = PlacementCheck.nodes(request);
    if (most < nodes) {
      return wrong(
          "maxNodes",
          "maxNodes is " + most + " and nodes is " + nodes + ": ask for at least " + nodes);
    }
    long shapes = PlacementCheck.shapes(request);
    if (shapes > MAX_SHAPES) {
      int ways = Math.max(1, Constraint.parse(placement.constraint()).same().size());
      return wrong(
          "maxNodes",
          request.tasks()
              + " tasks on "
              + PlacementCheck.leastNodes(request)
              + " to "
              + most
              + " nodes are "
              + shapes
              + " ways to start, of which at most "
              + MAX_SHAPES
              + " are tried: ask for maxNodes "
              + (PlacementCheck.leastNodes(request) + MAX_SHAPES / ways - 1)
              + ", or for tasksPerNode instead of tasks");
    }
    return Optional.empty();
  }

  private static Optional<Rejection> tasksPerNode(JobRequest request) {
    int perNode = request.placement().tasksPerNode();
    if (perNode < 0 || perNode > JobRequestCheck.MAX_TASKS) {
      return wrong(
          "tasksPerNode",
          "tasksPerNode is " + perNode + ": it is from 1 to " + JobRequestCheck.MAX_TASKS);
    }
    long nodes = Math.max(PlacementCheck.nodes(request), request.placement().maxNodes());
    return perNode > 0 && request.tasks() != null && request.tasks() > nodes * perNode
        ? wrong(
            "tasksPerNode",
            request.tasks()
                + " tasks do not fit on "
                + nodes
                + " nodes with at most "
                + perNode
                + " on each: ask for at least "
                + PlacementCheck.ceiling(request.tasks(), perNode)
                + " nodes")
        : Optional.empty();
  }

  private static Optional<Rejection> memory(JobRequest request) {
    JobPlacement placement = request.placement();
    boolean perNode = request.memBytes() != null && request.memBytes() > 0;
    long ways =
        Stream.of(perNode, placement.memPerCpuBytes() != 0, placement.memPerGpuBytes() != 0)
            .filter(said -> said)
            .count();
    if (ways > 1) {
      return wrong(
          "memBytes", "memory is asked for by node, by core or by GPU: say one of the three");
    }
    if (placement.memPerCpuBytes() < 0
        || placement.memPerCpuBytes() > JobRequestCheck.MAX_MEM_BYTES) {
      return wrong("memPerCpuBytes", "memPerCpuBytes is no amount of memory");
    }
    if (placement.memPerGpuBytes() < 0
        || placement.memPerGpuBytes() > JobRequestCheck.MAX_MEM_BYTES) {
      return wrong("memPerGpuBytes", "memPerGpuBytes is no amount of memory");
    }
    List<GresRequest> perJob = request.gres() == null ? List.of() : request.gres();
    boolean gpu =
        Stream.concat(perJob.stream(), placement.gresPerTask().stream())
            .anyMatch(each -> each.name().equals("gpu"));
    return placement.memPerGpuBytes() > 0 && !gpu
        ? wrong(
            "memPerGpuBytes", "the job asks for memory for each GPU and for no GPU: ask for one")
        : Optional.empty();
  }

  /** Products that could not be counted. */
  private static Optional<Rejection> together(JobRequest request) {
    JobPlacement placement = request.placement();
    boolean spreads = PlacementCheck.spreadsTasks(request);
    long nodes = PlacementCheck.leastNodes(request);
    long tasks = PlacementCheck.tasks(request);
    long cpusPerTask = request.cpusPerTask() == null ? 1 : request.cpusPerTask();
    long most = spreads ? nodes : Math.max(nodes, placement.maxNodes());
    if (tasks / nodes * most > JobRequestCheck.MAX_TASKS
        || Math.multiplyExact(Math.max(tasks, tasks / nodes * most), cpusPerTask)
            > Integer.MAX_VALUE) {
      return wrong("tasksPerNode", "the tasks on all nodes need more cores than can be counted");
    }
    long onNode = PlacementCheck.ceiling(tasks, nodes);
    long devices = 0;
    for (GresRequest each : placement.gresPerTask()) {
      devices += each.count() * onNode;
      if (devices > MAX_DEVICES_ON_NODE) {
        return wrong(
            "gresPerTask",
            onNode
                + " tasks on a node ask for more than "
                + MAX_DEVICES_ON_NODE
                + " devices there: ask for fewer for each task");
      }
    }
    for (GresRequest each : request.gres() == null ? List.<GresRequest>of() : request.gres()) {
      devices += each.count();
    }
    long memBytes =
        Math.max(
            saturated(placement.memPerCpuBytes(), onNode * cpusPerTask),
            saturated(placement.memPerGpuBytes(), devices));
    return memBytes > JobRequestCheck.MAX_MEM_BYTES
        ? wrong(
            placement.memPerCpuBytes() > 0 ? "memPerCpuBytes" : "memPerGpuBytes",
            "the memory on one node is more than any node has")
        : Optional.empty();
  }

  private static Optional<Rejection> layout(JobRequest request) {
    JobPlacement placement = request.placement();
    if (placement.switches() < 0 || placement.switches() > JobRequestCheck.MAX_NODES) {
      return wrong(
          "switches",
          "switches is " + placement.switches() + ": it is from 1 to " + JobRequestCheck.MAX_NODES);
    }
    if (placement.spread() && (placement.contiguous() || placement.switches() == 1)) {
      return wrong(
          "spread",
          "spread is for many switches and "
              + (placement.contiguous() ? "contiguous for nodes side by side" : "switches for one")
              + ": leave one of them out");
    }
    return Optional.empty();
  }

  private static long saturated(long left, long right) {
    return right != 0 && left > Long.MAX_VALUE / right ? Long.MAX_VALUE : left * right;
  }

  private Optional<Rejection> licences(JobPlacement placement) {
    if (placement.licences().size() > MAX_LICENCES_OF_JOB) {
      return wrong("licences", "a job asks for at most " + MAX_LICENCES_OF_JOB + " licences");
    }
    for (Map.Entry<String, Integer> each : placement.licences().entrySet()) {
      Optional<LicenceDefined> known = cluster.licences().find(each.getKey());
      if (known.isEmpty()) {
        List<String> names = cluster.licences().all().stream().map(LicenceDefined::name).toList();
        return wrong(
            "licences",
            "there is no licence "
                + (LICENCE.matcher(each.getKey()).matches() ? each.getKey() : "of this name")
                + TextRules.didYouMeanOneOf(each.getKey(), names));
      }
      if (each.getValue() < 1 || each.getValue() > known.get().count()) {
        return wrong(
            "licences",
            "the job asks for "
                + each.getValue()
                + " of licence "
                + each.getKey()
                + ", of which the site has "
                + known.get().count()
                + (known.get().count() > 0
                    ? ": ask for 1 to " + known.get().count()
                    : ": leave it out"));
      }
    }
    return Optional.empty();
  }

  private static Optional<Rejection> wrong(String field, String message) {
    return Optional.of(new Rejection(Rejection.Code.INVALID, field, message));
  }
}
