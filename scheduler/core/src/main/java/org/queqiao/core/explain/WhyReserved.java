package org.queqiao.core.explain;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.job.PendingReason;
import org.queqiao.contract.reservation.Reservation;
import org.queqiao.core.placement.NodeWish;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.Node;
import org.queqiao.core.state.ReservationState;

/** What reservations have to do with a job that waits. */
final class WhyReserved {
  private final Cluster cluster;

  WhyReserved(Cluster cluster) {
    this.cluster = cluster;
  }

  /** The reason, when the job asks for a reservation that is not open. */
  Optional<PendingReason> closed(Job job) {
    ReservationName named = job.spec().reservation();
    if (named == null) {
      return Optional.empty();
    }
    Optional<ReservationState> state = cluster.reservations().find(named);
    if (state.isEmpty() || !state.get().rules().admits(job.user(), job.spec().project())) {
      return Optional.of(PendingReason.RESERVATION_DELETED);
    }
    return state.get().isOpen() ? Optional.empty() : Optional.of(PendingReason.RESERVATION);
  }

  /** Open nodes that no other reservation keeps before the job must have ended. */
  List<Node> clear(Job job) {
    List<Node> out = new ArrayList<>();
    for (Node node : cluster.nodes().open().values()) {
      if (isOwn(job, node) && keeper(job, node, cluster.timeMs()).isEmpty()) {
        out.add(node);
      }
    }
    return out;
  }

  /** The same as if maintenance were the only thing that others get nodes for. */
  List<Node> clearOfMaintenance(Job job) {
    List<Node> out = new ArrayList<>();
    for (Node node : cluster.nodes().open().values()) {
      Optional<ReservationState> keeper = keeper(job, node, cluster.timeMs());
      if (isOwn(job, node) && keeper.filter(each -> each.rules().maintenance()).isEmpty()) {
        out.add(node);
      }
    }
    return out;
  }

  /** Whether a job without a reservation, or with that of this node, may look at a node. */
  boolean isOwn(Job job, Node node) {
    return job.spec().reservation() == null
        || cluster.reservations().on(node.name()).stream()
            .anyMatch(each -> each.rules().name().equals(job.spec().reservation()));
  }

  /** The reservation that keeps a node from a job that would start at a moment, if one does. */
  Optional<ReservationState> keeper(Job job, Node node, long nowMs) {
    Reservation magnetic =
        job.spec().reservation() == null ? cluster.reservations().magneticFor(job) : null;
    ReservationName own = magnetic == null ? job.spec().reservation() : magnetic.name();
    long untilMs = Math.addExact(nowMs, job.spec().limitMs());
    return cluster.reservations().keeps(node.name(), own, untilMs);
  }

  /** Whether the owner of a job may know of a reservation. */
  static boolean isKnown(Job job, Reservation rules) {
    return rules.maintenance() || rules.admits(job.user(), job.spec().project());
  }

  /** What there is to say about a reason; empty for those that are clear. */
  String sentence(Job job, PendingReason reason) {
    return switch (reason) {
      case RESERVATION -> {
        ReservationState state =
            cluster.reservations().find(job.spec().reservation()).orElseThrow();
        yield "reservation "
            + state.rules().name()
            + " opens in "
            + ExplanationText.duration(state.startMs() - cluster.timeMs());
      }
      case RESERVATION_DELETED ->
          "reservation " + job.spec().reservation() + " is no more, or not for this job";
      case RESERVED_FOR_MAINTENANCE, RESOURCES -> kept(job);
      default -> "";
    };
  }

  private boolean couldUse(Job job, Node node) {
    for (JobSpec spec : job.spec().shapes()) {
      NodeWish wish = cluster.wishOf(spec);
      if ((wish.groups(node.name(), node.settings()) & wish.needed(spec)) != 0) {
        return true;
      }
    }
    return false;
  }

  private String kept(Job job) {
    for (Node node : cluster.nodes().open().values()) {
      Optional<ReservationState> keeper = keeper(job, node, cluster.timeMs());
      if (isOwn(job, node) && keeper.isPresent() && couldUse(job, node)) {
        Reservation rules = keeper.get().rules();
        long inMs = keeper.get().startMs() - cluster.timeMs();
        return (isKnown(job, rules) ? "reservation " + rules.name() : "a reservation")
            + " keeps "
            + node.name()
            + (inMs > 0 ? " in " + ExplanationText.duration(inMs) + " for " : " for another ")
            + ExplanationText.duration(rules.durationMs() + Math.min(0, inMs))
            + ", and the job may run for "
            + ExplanationText.duration(job.spec().limitMs());
      }
    }
    return "";
  }
}
