package org.queqiao.core.state;

import static org.queqiao.core.state.Legality.require;

import org.queqiao.contract.event.ReservationClosed;
import org.queqiao.contract.event.ReservationDefined;
import org.queqiao.contract.event.ReservationDeleted;
import org.queqiao.contract.event.ReservationOpened;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.reservation.Reservation;

/** Makes the facts about reservations true. */
final class ReservationEvents {
  private final Cluster cluster;

  ReservationEvents(Cluster cluster) {
    this.cluster = cluster;
  }

  void defined(ReservationDefined event, long nowMs) {
    Reservation rules = event.reservation();
    require(
        rules.durationMs() > 0 && !rules.nodes().isEmpty(),
        "reservation " + rules.name() + " of nothing");
    for (NodeName node : rules.nodes()) {
      require(
          cluster.nodes().find(node).isPresent(),
          "reservation " + rules.name() + " of " + node + ", which is no node");
    }
    cluster
        .reservations()
        .put(
            cluster
                .reservations()
                .find(rules.name())
                .map(former -> former.with(rules, nowMs))
                .orElseGet(() -> new ReservationState(rules)));
  }

  void deleted(ReservationDeleted event) {
    find(event.reservation());
    cluster.reservations().remove(event.reservation());
  }

  void opened(ReservationOpened event, long nowMs) {
    ReservationState state = find(event.reservation());
    require(
        !state.isOpen() && state.startMs() == event.startMs() && event.startMs() <= nowMs,
        "reservation " + event.reservation() + " opens at " + event.startMs());
    cluster.reservations().change(state, state::open);
  }

  void closed(ReservationClosed event, long nowMs) {
    ReservationState state = find(event.reservation());
    require(
        state.isOpen() && state.startMs() == event.startMs() && state.endMs() <= nowMs,
        "reservation " + event.reservation() + " closes that began at " + event.startMs());
    require(
        event.nextStartMs() == 0 || event.nextStartMs() >= state.endMs(),
        "reservation " + event.reservation() + " opens again at " + event.nextStartMs());
    long cores = cluster.coresOf(state.rules().nodes());
    cluster
        .reservations()
        .change(
            state, () -> state.close(cores, cluster.runsIn(state.rules()), event.nextStartMs()));
    if (event.nextStartMs() == 0) {
      cluster.reservations().remove(event.reservation());
    }
  }

  private ReservationState find(ReservationName name) {
    return cluster
        .reservations()
        .find(name)
        .orElseThrow(() -> new IllegalStateException("not legal here: no reservation " + name));
  }
}
