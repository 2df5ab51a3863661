package org.queqiao.core.reservation;

import java.util.List;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.ReservationClosed;
import org.queqiao.contract.event.ReservationOpened;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.reservation.Reservation;
import org.queqiao.core.message.Fact;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.JobClock;
import org.queqiao.core.state.ReservationState;
import org.queqiao.core.state.ReservationTable;

/**
 * Opens and closes reservations when their time comes. One that ends its jobs closes once all of
 * them have been told to end.
 */
public final class ReservationClock {
  private final Cluster cluster;

  public ReservationClock(Cluster cluster) {
    this.cluster = cluster;
  }

  /**
   * Adds the facts whose time has come.
   *
   * @param most how many facts are added at most; the next tick goes on
   */
  public void tick(long nowMs, List<Fact> facts, int most) {
    int last = facts.size() + most;
    for (ReservationTable.Edge edge : cluster.reservations().edges()) {
      if (edge.timeMs() > nowMs || facts.size() + 2 > last) {
        break;
      }
      ReservationState state = cluster.reservations().find(edge.reservation()).orElseThrow();
      if (!state.isOpen()) {
        add(facts, new ReservationOpened(edge.reservation(), state.startMs()));
      }
      if (state.endMs() <= nowMs && !stillEnding(state, nowMs, facts, last)) {
        long nextMs = state.rules().occurrenceAfter(nowMs);
        long stated = nextMs == Reservation.NEVER ? 0 : nextMs;
        add(facts, new ReservationClosed(edge.reservation(), state.startMs(), stated));
      }
    }
  }

  private static void add(List<Fact> facts, Event event) {
    facts.add(new Fact(Actor.SCHEDULER, event));
  }

  /** Tells jobs to end, if it is to; says whether there were any. */
  private boolean stillEnding(ReservationState state, long nowMs, List<Fact> facts, int last) {
    if (!state.rules().endsJobs()) {
      return false;
    }
    boolean any = false;
    for (Job job : cluster.runsIn(state.rules())) {
      if (!JobClock.mayGoOn(job)) {
        continue;
      }
      any = true;
      // A run at its own limit is told so by the same tick.
      if (JobClock.deadlineMs(job) > nowMs && facts.size() < last) {
        add(facts, new JobKillRequested(job.run(), KillCause.RESERVATION));
      }
    }
    return any;
  }
}
