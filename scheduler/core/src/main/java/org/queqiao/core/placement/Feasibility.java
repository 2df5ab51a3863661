package org.queqiao.core.placement;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.GresRequest;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.node.NodeFacts;

/** Whether a job could ever run, on a cluster with nothing else on it. */
public final class Feasibility {
  private static final NodeName ANY = new NodeName("any");

  private Feasibility() {}

  /**
   * Why a job can never run.
   *
   * @param field the field of the request that asks for too much
   * @param message what is asked, what there is, and the nearest request that could run
   */
  public record Impossible(String field, String message) {}

  /**
   * Compares a job with all nodes, idle.
   *
   * @param shapes how many nodes there are of each kind; with none at all nothing is impossible yet
   */
  public static Optional<Impossible> check(JobSpec spec, Map<NodeShape, Integer> shapes) {
    if (shapes.isEmpty()) {
      return Optional.empty();
    }
    int largeCores = spec.coresOnNode(0);
    int largeShares = spec.tasks() % spec.nodes();
    int fitLarge = nodesThatFit(spec, largeCores, shapes);
    int fitSmall = nodesThatFit(spec, spec.coresOnNode(spec.nodes() - 1), shapes);
    if (fitLarge >= largeShares && fitSmall >= spec.nodes()) {
      return Optional.empty();
    }
    Optional<Impossible> tooLarge = tooLargeForOneNode(spec, largeCores, shapes);
    if (tooLarge.isPresent()) {
      return tooLarge;
    }
    return Optional.of(
        fitSmall < spec.nodes() ? tooManyNodes(spec, fitSmall) : tooUneven(spec, fitLarge));
  }

  private static Impossible tooManyNodes(JobSpec spec, int nodes) {
    return new Impossible(
        "nodes",
        "the job asks for "
            + spec.nodes()
            + " nodes with "
            + spec.coresOnNode(spec.nodes() - 1)
            + " cores each, but the cluster has only "
            + nodes
            + " nodes that fit: ask for at most "
            + nodes
            + " nodes");
  }

  private static Impossible tooUneven(JobSpec spec, int nodes) {
    return new Impossible(
        "tasks",
        "the tasks do not divide evenly, so "
            + spec.tasks() % spec.nodes()
            + " nodes need "
            + spec.coresOnNode(0)
            + " cores, but the cluster has only "
            + nodes
            + " such nodes: ask for "
            + spec.tasks() / spec.nodes() * spec.nodes()
            + " tasks");
  }

  private static int nodesThatFit(JobSpec spec, int cores, Map<NodeShape, Integer> shapes) {
    int nodes = 0;
    for (Map.Entry<NodeShape, Integer> each : shapes.entrySet()) {
      if (each.getKey().cores() >= cores
          && idle(each.getKey()).choose(cores, spec.memBytes(), spec.gres()) != null) {
        nodes = Math.addExact(nodes, each.getValue());
      }
    }
    return nodes;
  }

  private static Optional<Impossible> tooLargeForOneNode(
      JobSpec spec, int cores, Map<NodeShape, Integer> shapes) {
    int mostCores = 0;
    long mostMemBytes = 0;
    boolean someNodeHasGres = false;
    boolean someNodeHasAll = false;
    for (NodeShape shape : shapes.keySet()) {
      mostCores = Math.max(mostCores, shape.cores());
      mostMemBytes = Math.max(mostMemBytes, shape.memBytes());
      Capacity idle = idle(shape);
      someNodeHasGres |= idle.choose(0, 0, spec.gres()) != null;
      someNodeHasAll |= idle.choose(cores, spec.memBytes(), spec.gres()) != null;
    }
    if (someNodeHasAll) {
      return Optional.empty();
    }
    if (cores > mostCores) {
      return Optional.of(
          new Impossible(
              "cpusPerTask",
              "the job asks for "
                  + cores
                  + " cores on one node, but the largest node has "
                  + mostCores
                  + ": ask for at most "
                  + mostCores
                  + " cores per node, or for more nodes"));
    }
    if (spec.memBytes() > mostMemBytes) {
      return Optional.of(
          new Impossible(
              "memBytes",
              "the job asks for "
                  + spec.memBytes()
                  + " bytes of memory on one node, but the largest"
                  + " node has "
                  + mostMemBytes
                  + ": ask for at most "
                  + mostMemBytes
                  + " bytes"));
    }
    if (!someNodeHasGres) {
      return Optional.of(missingGres(spec.gres(), shapes));
    }
    return Optional.of(
        new Impossible(
            "cpusPerTask",
            "no node has "
                + cores
                + " cores, the memory and the generic resources of the job at"
                + " once: ask for fewer of one of them"));
  }

  private static Impossible missingGres(
      List<GresRequest> requests, Map<NodeShape, Integer> shapes) {
    for (GresRequest request : requests) {
      int most = 0;
      for (NodeShape shape : shapes.keySet()) {
        int here = 0;
        for (NodeFacts.GresInventory each : shape.gres()) {
          if (each.name().equals(request.name())
              && (request.type().isEmpty() || request.type().equals(each.type()))) {
            here += each.count();
          }
        }
        most = Math.max(most, here);
      }
      if (most < request.count()) {
        String resource =
            request.type().isEmpty() ? request.name() : request.name() + ":" + request.type();
        return new Impossible(
            "gres",
            "the job asks for "
                + request.count()
                + " of "
                + resource
                + " on one node, but the largest number on a node is "
                + most
                + (most == 0 ? ": ask for a resource that exists" : ": ask for at most " + most));
      }
    }
    return new Impossible("gres", "no node has all generic resources of the job at once");
  }

  private static Capacity idle(NodeShape shape) {
    return NodeCapacity.idle(
        new NodeFacts(ANY, "", shape.cores(), shape.memBytes(), shape.gres(), "", "", List.of()));
  }
}
