package org.queqiao.core.admission;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.job.JobPlacement;
import org.queqiao.core.message.JobRequest;
import org.queqiao.core.placement.Constraint;
import org.queqiao.core.placement.Feasibility.Cause;
import org.queqiao.core.placement.HostList;

/** What of a request may be less, or more, so that it could run. */
final class RequestLevers {
  /** As many tasks on more nodes. */
  static final String MORE_NODES = "more nodes";

  private static final Pattern COUNT = Pattern.compile("\\*([0-9]{1,6})");

  private final JobRequest request;
  private final List<Lever> found = new ArrayList<>();

  private RequestLevers(JobRequest request) {
    this.request = request;
  }

  /** Those that may help against a cause, the most likely ones first. */
  static List<Lever> against(Cause cause, JobRequest request) {
    RequestLevers levers = new RequestLevers(request);
    switch (cause) {
      case NO_NODE -> levers.leaveOuts();
      case CORES -> levers.cores().moreNodes();
      case MEMORY -> levers.memory().cores().moreNodes();
      case DEVICES -> levers.devices().cores().moreNodes();
      case TOGETHER -> levers.memory().cores().devices().moreNodes();
      case GROUP -> levers.counts().cores().memory().devices().leaveOuts();
      case NODES -> levers.nodes().counts().cores().memory().devices().leaveOuts();
      case UNEVEN -> levers.cores();
      case AT_ONCE -> levers.counts().nodes().leaveOuts();
      case LAYOUT -> levers.nodes().layout().counts();
    }
    levers.components();
    if (cause == Cause.LAYOUT) {
      levers.componentLayouts();
    }
    return levers.found;
  }

  private void add(
      String field, long now, long bound, Lever.Move move, LongFunction<String> words) {
    if (now != bound) {
      found.add(new Lever(field, now, bound, move, words));
    }
  }

  private static String atMost(long count, String one, String more) {
    return "at most " + count + " " + (count == 1 ? one : more);
  }

  private static String bytes(long count, String forEach) {
    return atMost(count, "byte", "bytes") + forEach;
  }

  private RequestLevers cores() {
    boolean saysCores = request.cpusPerTask() != null && request.cpusPerTask() > 1;
    if (saysCores) {
      add(
          "cpusPerTask",
          request.cpusPerTask(),
          1,
          (each, count) -> each.toBuilder().cpusPerTask((int) count).build(),
          count -> atMost(count, "core", "cores") + " for each task");
    }
    if (request.tasks() != null) {
      add(
          "tasks",
          request.tasks(),
          Math.min(request.tasks(), leastTasks()),
          (each, count) -> each.toBuilder().tasks((int) count).build(),
          count -> atMost(count, "task", "tasks"));
    } else if (request.placement().tasksPerNode() > 1) {
      add(
          "tasksPerNode",
          request.placement().tasksPerNode(),
          1,
          (each, count) -> placed(each, placement(each).tasksPerNode((int) count)),
          count -> atMost(count, "task", "tasks") + " on each node");
    }
    return this;
  }

  /** No node of those that it says is without a task. */
  private int leastTasks() {
    boolean follows =
        request.nodes() == null
            && request.placement().nodeList().isEmpty()
            && Constraint.parse(request.placement().constraint()).countedNodes() == 0;
    return follows ? 1 : PlacementCheck.nodes(request);
  }

  /** The counts of its constraint, one by one. */
  private RequestLevers counts() {
    List<Long> counts = counts(request.placement());
    for (int i = 0; i < counts.size(); i++) {
      int index = i;
      add(
          "constraint " + i,
          counts.get(i),
          1,
          (each, count) -> placed(each, counted(each.placement(), index, count)),
          count -> inCount(index, count));
    }
    return this;
  }

  private static String inCount(int index, long count) {
    return nodes(count) + " in count " + (index + 1) + " of the constraint";
  }

  private static List<Long> counts(JobPlacement placement) {
    return COUNT
        .matcher(placement.constraint())
        .results()
        .map(each -> Long.valueOf(each.group(1)))
        .toList();
  }

  private static JobPlacement.Builder counted(JobPlacement placement, int index, long count) {
    String text = placement.constraint();
    List<MatchResult> found = COUNT.matcher(text).results().toList();
    if (index >= found.size()) {
      return placement.toBuilder();
    }
    MatchResult at = found.get(index);
    return placement.toBuilder()
        .constraint(text.substring(0, at.start()) + "*" + count + text.substring(at.end()));
  }

  private RequestLevers memory() {
    JobPlacement placement = request.placement();
    if (request.memBytes() != null && request.memBytes() > 0) {
      add(
          "memBytes",
          request.memBytes(),
          1,
          (each, count) -> each.toBuilder().memBytes(count).build(),
          count -> bytes(count, ""));
    }
    if (placement.memPerCpuBytes() > 0) {
      add(
          "memPerCpuBytes",
          placement.memPerCpuBytes(),
          1,
          (each, count) -> placed(each, placement(each).memPerCpuBytes(count)),
          count -> bytes(count, " for each core"));
    }
    if (placement.memPerGpuBytes() > 0) {
      add(
          "memPerGpuBytes",
          placement.memPerGpuBytes(),
          1,
          (each, count) -> placed(each, placement(each).memPerGpuBytes(count)),
          count -> bytes(count, " for each GPU"));
    }
    return this;
  }

  private static JobPlacement.Builder placement(JobRequest request) {
    return request.placement().toBuilder();
  }

  private static JobRequest placed(JobRequest request, JobPlacement.Builder placement) {
    return request.toBuilder().placement(placement.build()).build();
  }

  private RequestLevers devices() {
    List<GresRequest> onNode = request.gres() == null ? List.of() : request.gres();
    for (int i = 0; i < onNode.size(); i++) {
      GresRequest one = onNode.get(i);
      add(
          "gres " + i,
          one.count(),
          0,
          (each, count) ->
              withoutMemoryOfNone(each.toBuilder().gres(with(each.gres(), one, count)).build()),
          count -> counted(one, count, ""));
    }
    List<GresRequest> perTask = request.placement().gresPerTask();
    for (int i = 0; i < perTask.size(); i++) {
      GresRequest one = perTask.get(i);
      add(
          "gresPerTask " + i,
          one.count(),
          0,
          (each, count) ->
              withoutMemoryOfNone(
                  placed(
                      each,
                      placement(each)
                          .gresPerTask(with(each.placement().gresPerTask(), one, count)))),
          count -> counted(one, count, " for each task"));
    }
    return this;
  }

  /** Memory for each GPU goes with the last GPU. */
  private static JobRequest withoutMemoryOfNone(JobRequest request) {
    boolean gpu =
        Stream.concat(
                request.gres() == null ? Stream.empty() : request.gres().stream(),
                request.placement().gresPerTask().stream())
            .anyMatch(each -> each.name().equals("gpu"));
    return gpu || request.placement().memPerGpuBytes() == 0
        ? request
        : placed(request, placement(request).memPerGpuBytes(0));
  }

  private String counted(GresRequest gres, long count, String forEach) {
    String name = gres.type().isEmpty() ? gres.name() : gres.name() + ":" + gres.type();
    boolean memory = gres.name().equals("gpu") && request.placement().memPerGpuBytes() > 0;
    return count == 0
        ? "leave " + name + forEach + (memory ? " with memPerGpuBytes" : "") + " out"
        : "at most " + count + " of " + name + forEach;
  }

  /** With another count of one of them. */
  private static List<GresRequest> with(List<GresRequest> all, GresRequest one, long count) {
    List<GresRequest> out = new ArrayList<>();
    for (GresRequest each : all) {
      boolean other = !each.name().equals(one.name()) || !each.type().equals(one.type());
      if (other) {
        out.add(each);
      } else if (count > 0) {
        out.add(new GresRequest(each.name(), each.type(), (int) count));
      }
    }
    return out;
  }

  private RequestLevers nodes() {
    if (request.nodes() == null) {
      return this;
    }
    JobPlacement placement = request.placement();
    long least = leastNodes(placement);
    int onNode = request.tasks() == null ? 0 : request.tasks() / request.nodes();
    add(
        "nodes",
        request.nodes(),
        Math.min(least, request.nodes()),
        (each, count) -> {
          JobRequest.Builder fewer = each.toBuilder().nodes((int) count);
          return (onNode == 0 ? fewer : fewer.tasks((int) count * onNode)).build();
        },
        count -> nodes(count) + (onNode == 0 ? "" : " with " + plural(count * onNode, "task")));
    return this;
  }

  /** As many as are named, or counted. */
  private static long leastNodes(JobPlacement placement) {
    int named = placement.nodeList().isEmpty() ? 0 : HostList.parse(placement.nodeList()).size();
    return Math.max(1, Math.max(named, Constraint.parse(placement.constraint()).countedNodes()));
  }

  static String nodes(long count) {
    return atMost(count, "node", "nodes");
  }

  private static String plural(long count, String noun) {
    return count + " " + noun + (count == 1 ? "" : "s");
  }

  /** As many tasks on more nodes. */
  private void moreNodes() {
    JobPlacement placement = request.placement();
    if (request.tasks() != null
        && placement.nodeList().isEmpty()
        && placement.constraint().indexOf('*') < 0
        && !PlacementCheck.spreadsTasks(request)) {
      int nodes = PlacementCheck.nodes(request);
      add(
          MORE_NODES,
          nodes,
          Math.max(nodes, Math.min(request.tasks(), JobRequestCheck.MAX_NODES)),
          (each, count) -> each.toBuilder().nodes((int) count).build(),
          count -> plural(count, "node"));
    }
  }

  private RequestLevers layout() {
    JobPlacement placement = request.placement();
    if (placement.switches() > 0) {
      add(
          "switches",
          placement.switches(),
          Math.max(placement.switches(), PlacementCheck.nodes(request)),
          (each, count) -> placed(each, placement(each).switches((int) count)),
          count -> count + " switches");
      found.add(
          Lever.leaveOut(
              "switches out", "switches", each -> placed(each, placement(each).switches(0))));
    }
    if (placement.contiguous()) {
      found.add(
          Lever.leaveOut(
              "contiguous", "contiguous", each -> placed(each, placement(each).contiguous(false))));
    }
    return this;
  }

  private void leaveOuts() {
    JobPlacement placement = request.placement();
    if (!placement.nodeList().isEmpty()) {
      found.add(
          Lever.leaveOut(
              "nodeList", "nodeList", each -> placed(each, placement(each).nodeList(""))));
    }
    if (!placement.excludeNodes().isEmpty()) {
      found.add(
          Lever.leaveOut(
              "excludeNodes",
              "excludeNodes",
              each -> placed(each, placement(each).excludeNodes(""))));
    }
    if (!placement.constraint().isEmpty()) {
      found.add(
          Lever.leaveOut(
              "constraint", "constraint", each -> placed(each, placement(each).constraint(""))));
    }
  }

  private void components() {
    List<JobComponent> all = request.placement().components();
    for (int i = 0; i < all.size(); i++) {
      JobComponent one = all.get(i);
      String of = " of component " + (i + 1);
      nodes(i, one, of);
      add(
          i,
          "cpusPerTask",
          one.cpusPerTask(),
          1,
          (old, count) -> old.toBuilder().cpusPerTask((int) count).build(),
          count -> atMost(count, "core", "cores") + " for each task" + of);
      add(
          i,
          "memBytes",
          one.memBytes(),
          1,
          (old, count) -> old.toBuilder().memBytes(count).build(),
          count -> bytes(count, " on each node" + of));
      for (int j = 0; j < one.gres().size(); j++) {
        GresRequest which = one.gres().get(j);
        add(
            i,
            "gres " + j,
            which.count(),
            0,
            (old, count) -> old.toBuilder().gres(with(old.gres(), which, count)).build(),
            count -> counted(which, count, " on each node" + of));
      }
    }
  }

  private void nodes(int component, JobComponent one, String of) {
    int onNode = one.nodes() == 0 ? 0 : one.tasks() / one.nodes();
    add(
        component,
        "nodes",
        one.nodes(),
        leastNodes(one.placement()),
        (old, count) -> old.toBuilder().nodes((int) count).tasks((int) count * onNode).build(),
        count -> nodes(count) + of + (onNode > 1 ? " with " + plural(count * onNode, "task") : ""));
    List<Long> counts = counts(one.placement());
    for (int i = 0; i < counts.size(); i++) {
      int index = i;
      add(
          component,
          "constraint " + i,
          counts.get(i),
          1,
          (old, count) ->
              old.toBuilder().placement(counted(old.placement(), index, count).build()).build(),
          count -> inCount(index, count) + of);
    }
  }

  /** How the nodes of components are to lie. */
  private void componentLayouts() {
    List<JobComponent> all = request.placement().components();
    for (int i = 0; i < all.size(); i++) {
      int index = i;
      JobPlacement placement = all.get(i).placement();
      if (placement.contiguous()) {
        found.add(
            Lever.leaveOut(
                "component " + i + " contiguous",
                "contiguous of component " + (i + 1),
                each -> lying(each, index, placement.toBuilder().contiguous(false).build())));
      }
      if (placement.switches() > 0) {
        found.add(
            Lever.leaveOut(
                "component " + i + " switches",
                "switches of component " + (i + 1),
                each -> lying(each, index, placement.toBuilder().switches(0).build())));
      }
    }
  }

  private static JobRequest lying(JobRequest request, int index, JobPlacement placement) {
    return with(request, index, old -> old.toBuilder().placement(placement).build());
  }

  private static JobRequest with(
      JobRequest request, int index, UnaryOperator<JobComponent> change) {
    List<JobComponent> all = new ArrayList<>(request.placement().components());
    all.set(index, change.apply(all.get(index)));
    return placed(request, placement(request).components(all));
  }

  /** A component with another number. */
  private interface Change {
    JobComponent to(JobComponent old, long number);
  }

  private void add(
      int component,
      String field,
      long now,
      long bound,
      Change change,
      LongFunction<String> words) {
    if (now > bound) {
      add(
          "component " + component + " " + field,
          now,
          bound,
          (each, count) -> with(each, component, old -> change.to(old, count)),
          words);
    }
  }
}
