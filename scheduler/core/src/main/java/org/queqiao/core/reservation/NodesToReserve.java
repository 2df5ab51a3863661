package org.queqiao.core.reservation;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.reservation.Reservation;
import org.queqiao.core.message.Rejection;
import org.queqiao.core.message.Rejection.Code;
import org.queqiao.core.message.ReservationRequest;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Node;

/**
 * Chooses the nodes of a reservation: those that are named, or the first by name that take runs and
 * are free for it by declared limits. A series that stays keeps its nodes where they are enough.
 */
public final class NodesToReserve {
  private final Cluster cluster;
  private final long nowMs;
  private final ReservationSpace space;

  public NodesToReserve(Cluster cluster, long nowMs) {
    this.cluster = cluster;
    this.nowMs = nowMs;
    this.space = new ReservationSpace(cluster, nowMs);
  }

  /** The reservation with its nodes, or why there are none. */
  public record Choice(Reservation reservation, Rejection refusal) {}

  /**
   * Chooses.
   *
   * @param wanted the reservation without nodes
   * @param former what it was before, or null
   */
  public Choice choose(ReservationRequest request, Reservation wanted, Reservation former) {
    int ways =
        (request.nodes() == null ? 0 : 1)
            + (request.nodeCount() == null ? 0 : 1)
            + (request.coreCount() == null ? 0 : 1);
    if (ways > 1 || ways == 0 && former == null) {
      return refused(
          Code.INVALID, "nodes", "say one of nodes, nodeCount and coreCount: what is reserved");
    }
    if (request.nodeCount() == null && request.coreCount() == null) {
      return named(request.nodes() == null ? former.nodes() : request.nodes(), wanted);
    }
    return counted(request, wanted, former);
  }

  private static Choice refused(Code code, String field, String message) {
    return new Choice(null, new Rejection(code, field, message));
  }

  private long firstMs(Reservation wanted) {
    return Math.max(wanted.startMs(), wanted.occurrenceAfter(nowMs));
  }

  private Choice named(List<NodeName> names, Reservation wanted) {
    List<Node> nodes = new ArrayList<>();
    for (NodeName each : new TreeSet<>(names)) {
      Node node = cluster.nodes().find(each).orElse(null);
      if (node == null) {
        return refused(Code.INVALID, "nodes", "there is no node " + each);
      }
      nodes.add(node);
    }
    if (nodes.isEmpty()) {
      return refused(Code.INVALID, "nodes", "name at least one node");
    }
    List<ReservationSpace.Obstacle> obstacles = space.on(nodes, wanted, firstMs(wanted));
    if (obstacles.isEmpty()) {
      return new Choice(with(wanted, nodes), null);
    }
    long startMs = space.earliestStart(nodes, wanted, free -> nodes.size() - free.size());
    return refused(
        Code.CONFLICT,
        "nodes",
        ReservationSpace.words(obstacles) + nearest(startMs, "with these nodes", ""));
  }

  private static String nearest(long startMs, String what, String or) {
    String start = startMs == 0 ? "" : "the earliest start " + what + " is " + startMs;
    String both = start.isEmpty() || or.isEmpty() ? start + or : start + ", or " + or;
    return both.isEmpty() ? "" : "; " + both;
  }

  private Choice counted(ReservationRequest request, Reservation wanted, Reservation former) {
    List<Node> usable = new ArrayList<>();
    for (Node each : cluster.nodes().all()) {
      if (each.takesRuns()) {
        usable.add(each);
      }
    }
    boolean byNodes = request.nodeCount() != null;
    String field = byNodes ? "nodeCount" : "coreCount";
    long count = byNodes ? request.nodeCount() : request.coreCount();
    ToIntFunction<List<Node>> missing =
        byNodes
            ? free -> (int) Math.max(0, count - free.size())
            : free -> cores(free) >= count ? 0 : 1;
    long most = byNodes ? usable.size() : cores(usable);
    if (count < 1 || count > most) {
      return refused(
          Code.INVALID,
          field,
          field + " is " + count + ": nodes that take runs offer from 1 to " + most);
    }
    if (former != null && stays(former, wanted, missing)) {
      return new Choice(with(wanted, nodesOf(former)), null);
    }
    List<ReservationSpace.Obstacle> obstacles = new ArrayList<>();
    List<Node> chosen = new ArrayList<>();
    for (Node each : usable) {
      ReservationSpace.Obstacle obstacle = space.on(each, wanted, firstMs(wanted));
      if (obstacle != null) {
        obstacles.add(obstacle);
      } else {
        chosen.add(each);
      }
      if (missing.applyAsInt(chosen) == 0) {
        return new Choice(with(wanted, chosen), null);
      }
    }
    long free = byNodes ? chosen.size() : cores(chosen);
    long startMs = space.earliestStart(usable, wanted, missing);
    return refused(
        Code.CONFLICT,
        field,
        field
            + " is "
            + count
            + " and "
            + free
            + " are free then: "
            + ReservationSpace.words(obstacles)
            + nearest(startMs, "with so many", free == 0 ? "" : "ask for at most " + free));
  }

  private boolean stays(Reservation former, Reservation wanted, ToIntFunction<List<Node>> missing) {
    List<Node> nodes = nodesOf(former);
    List<Node> fewer = nodes.subList(0, nodes.size() - 1);
    return former.startMs() == wanted.startMs()
        && former.repeat() == wanted.repeat()
        && missing.applyAsInt(nodes) == 0
        && missing.applyAsInt(fewer) != 0
        && space.on(nodes, wanted, firstMs(wanted)).isEmpty();
  }

  private List<Node> nodesOf(Reservation former) {
    return former.nodes().stream().map(each -> cluster.nodes().find(each).orElseThrow()).toList();
  }

  private static long cores(List<Node> nodes) {
    long cores = 0;
    for (Node each : nodes) {
      cores += each.facts().cores();
    }
    return cores;
  }

  private static Reservation with(Reservation wanted, List<Node> nodes) {
    return new Reservation(
        wanted.name(),
        wanted.title(),
        wanted.startMs(),
        wanted.durationMs(),
        wanted.repeat(),
        wanted.untilMs(),
        nodes.stream().map(Node::name).toList(),
        wanted.users(),
        wanted.projects(),
        wanted.maintenance(),
        wanted.magnetic(),
        wanted.endsJobs());
  }
}
