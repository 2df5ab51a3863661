package org.queqiao.core.placement;

import java.util.Map;
import java.util.TreeSet;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobComponent;
import org.queqiao.contract.node.NodeFacts;
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
        GresRequest each = perTask(of, request);
        String asks =
            "the job asks for " + request.count() + " of " + named(request) + " on one node";
        return new Impossible(
            each == null ? "gres" : "gresPerTask",
            most == 0
                ? asks + ", and no node of its kind has any: " + offered(shapes)
                : asks
                    + ", but the largest number on a node is "
                    + most
                    + ": ask for "
                    + (each == null
                        ? "at most " + most
                        : nearest(of, request, each, most, shapes)));
      }
    }
    return new Impossible("gres", "no node has all generic resources of the job at once");
  }

  /** What it asks for each task of a resource, or null. */
  private static GresRequest perTask(JobComponent of, GresRequest request) {
    for (GresRequest each : of.placement().gresPerTask()) {
      if (each.name().equals(request.name()) && each.type().equals(request.type())) {
        return each;
      }
    }
    return null;
  }

  /** Fewer for each task on as many nodes, or as many on more nodes where there are so many. */
  private static String nearest(
      JobComponent of,
      GresRequest request,
      GresRequest each,
      int most,
      Map<NodeShape, Integer> shapes) {
    int besides = 0;
    for (GresRequest other : of.gres()) {
      boolean same = other.name().equals(each.name()) && other.type().equals(each.type());
      besides += same ? other.count() : 0;
    }
    int onNode = Math.max(1, (request.count() - besides) / each.count());
    int fewer = Math.max(0, most - besides) / onNode;
    int tasks = Math.max(0, most - besides) / each.count();
    int nodes = tasks == 0 ? 0 : Math.ceilDiv(of.tasks(), tasks);
    int enough = tasks == 0 ? 0 : besides + each.count() * Math.ceilDiv(of.tasks(), nodes);
    boolean more =
        nodes > 0 && nodes <= Feasibility.count(shapes, shape -> has(shape, request) >= enough);
    String less =
        fewer > 0
            ? "at most " + fewer + " for each task"
            : "fewer tasks on a node: it has at most " + most;
    return more ? nodes + " nodes, or " + less : less;
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
    return names.isEmpty()
        ? "they have no generic resources"
        : "ask for " + String.join(" or ", names);
  }
}
