package org.queqiao.core.admission;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeSet;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.UserName;
import org.queqiao.contract.job.JobSpec;
import org.queqiao.contract.reservation.Reservation;
import org.queqiao.core.message.Decision;
import org.queqiao.core.placement.Feasibility;
import org.queqiao.core.placement.NodeShape;
import org.queqiao.core.placement.NodeWish;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.ReservationState;

/** Whether a job may name its reservation, and could ever run on its nodes. */
final class ReservationChoice {
  private ReservationChoice() {}

  /** Why not, if so. */
  static Optional<Decision> refuse(Cluster cluster, UserName user, JobSpec spec) {
    if (spec.reservation() == null) {
      return Optional.empty();
    }
    Reservation rules =
        cluster.reservations().find(spec.reservation()).map(ReservationState::rules).orElse(null);
    if (rules == null || !rules.admits(user, spec.project())) {
      // Only what this job may use is named: others are none of its business.
      List<String> own =
          cluster.reservations().all().stream()
              .map(ReservationState::rules)
              .filter(each -> each.admits(user, spec.project()))
              .map(each -> each.name().value())
              .toList();
      return Optional.of(
          Rejections.invalid(
              "reservation",
              "there is no reservation "
                  + spec.reservation()
                  + " that jobs of "
                  + user
                  + " for project "
                  + spec.project()
                  + " may use"
                  + TextRules.didYouMean(spec.reservation().value(), own)));
    }
    Optional<Decision> late = opensTooLate(cluster, spec);
    if (late.isPresent()) {
      return late;
    }
    TreeSet<NodeName> own = new TreeSet<>(rules.nodes());
    NodeWish wish = cluster.wishOf(spec);
    List<SortedMap<Integer, Map<NodeShape, Integer>>> offered =
        Feasibility.byAlternatives(wish, cluster.nodes().offers(node -> own.contains(node.name())));
    Optional<Feasibility.Impossible> never = Optional.empty();
    for (JobSpec each : spec.shapes()) {
      never = Feasibility.check(each, wish, offered);
      if (never.isEmpty()) {
        break;
      }
    }
    return never.map(impossible ->
        Rejections.invalid(
            impossible.field(),
            impossible.message()
                + " (of reservation "
                + rules.name()
                + ", which has "
                + rules.nodes().size()
                + " nodes)"));
  }

  /** Why a job cannot end by its deadline, as its reservation opens later, if so. */
  static Optional<Decision> opensTooLate(Cluster cluster, JobSpec spec) {
    long deadlineMs = spec.terms().deadlineMs();
    ReservationState reservation =
        deadlineMs == 0 || spec.reservation() == null
            ? null
            : cluster.reservations().find(spec.reservation()).orElse(null);
    if (reservation == null) {
      return Optional.empty();
    }
    long beginMs = spec.terms().beginMs();
    long opensMs = Math.max(reservation.startMs(), reservation.rules().occurrenceAfter(beginMs));
    long fromMs = Math.max(beginMs, opensMs);
    return fromMs <= deadlineMs - spec.limitMs()
        ? Optional.empty()
        : Optional.of(
            Rejections.invalid(
                "deadlineMs",
                "the job may run for "
                    + spec.limitMs()
                    + " ms and cannot end by its deadline, "
                    + deadlineMs
                    + ": its reservation "
                    + spec.reservation()
                    + (opensMs == Reservation.NEVER
                        ? " does not open again after its beginMs"
                        : " lets it start at " + fromMs + " at the earliest")));
  }
}
