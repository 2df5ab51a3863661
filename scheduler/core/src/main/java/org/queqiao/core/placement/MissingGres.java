package org.queqiao.core.placement;

import java.util.Map;
import java.util.TreeSet;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.node.NodeFacts;
import org.queqiao.core.placement.Feasibility.Cause;
import org.queqiao.core.placement.Feasibility.Impossible;

/** Why no node has the generic resources that a job asks for on one, and what comes nearest. */
final class MissingGres {
  private MissingGres() {}

  /**
   * The first resource of which no node has enough.
   *
   * @param of whose nodes these are: the job's own, or those of a component
   * @param need of one of them
   * @param shapes of the nodes that it may use, with how many there are
   */
  static Impossible explain(JobComponent of, NodeNeed need, Map<NodeShape, Integer> shapes) {
    for (GresRequest request : need.gres()) {
      int most = 0;
      for (NodeShape shape : shapes.keySet()) {
        most = Math.max(most, has(shape, request));
      }
      if (most < request.count()) {
        String asks =
            "the job asks for " + request.count() + " of " + named(request) + " on one node";
        return new Impossible(
            Cause.DEVICES,
            isPerTask(of, request) ? "gresPerTask" : "gres",
            most == 0
                ? asks + ", and no node of its kind has any (" + offered(shapes) + ")"
                : asks + ", but the largest number on a node is " + most,
            most == 0 ? "leave it out" : "ask for at most " + most);
      }
    }
    return new Impossible(
        Cause.DEVICES,
        "gres",
        "no node has all generic resources of the job at once",
        "ask for fewer of one of them");
  }

  /** Whether it asks for a resource for each task. */
  private static boolean isPerTask(JobComponent of, GresRequest request) {
    return of.placement().gresPerTask().stream()
        .anyMatch(each -> each.name().equals(request.name()) && each.type().equals(request.type()));
  }

  private static int has(NodeShape shape, GresRequest request) {
    int here = 0;
    for (NodeFacts.GresInventory each : shape.gres()) {
      if (each.name().equals(request.name())
          && (request.type().isEmpty() || request.type().equals(each.type()))) {
        here += each.count();
      }
    }
    return here;
  }

  private static String named(GresRequest request) {
    return request.type().isEmpty() ? request.name() : request.name() + ":" + request.type();
  }

  private static String offered(Map<NodeShape, Integer> shapes) {
    TreeSet<String> names = new TreeSet<>();
    for (NodeShape shape : shapes.keySet()) {
      for (NodeFacts.GresInventory each : shape.gres()) {
        names.add(each.type().isEmpty() ? each.name() : each.name() + ":" + each.type());
      }
    }
    return names.isEmpty() ? "they have no devices" : "they have " + String.join(", ", names);
  }
}
