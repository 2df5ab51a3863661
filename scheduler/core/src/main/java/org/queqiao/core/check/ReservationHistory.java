package org.queqiao.core.check;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.queqiao.contract.event.ArrayTaskSplit;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobChanged;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.ReservationClosed;
import org.queqiao.contract.event.ReservationDefined;
import org.queqiao.contract.event.ReservationDeleted;
import org.queqiao.contract.event.ReservationOpened;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.reservation.Reservation;

/**
 * Folds a log and says where a run was placed against a reservation (I38): no run may hold a node,
 * by its declared limit, in a window of a reservation that it does not use; a run that uses one is
 * one of those whom it admits, begins within a window, on its nodes alone. Windows are counted one
 * by one, by no code of the planner.
 */
public final class ReservationHistory {
  private final TreeMap<ReservationName, Reservation> reservations = new TreeMap<>();
  private final TreeMap<ReservationName, Boolean> open = new TreeMap<>();
  private final TreeMap<JobId, JobSubmitted> jobs = new TreeMap<>();
  private final TreeMap<JobId, Running> running = new TreeMap<>();
  private final List<String> found = new ArrayList<>();

  /** A run: what it holds, since when, and where. */
  private record Running(JobAllocated allocated, long startMs, long limitMs) {}

  /** Takes the next fact; says in words what is wrong with it. */
  public List<String> observe(LoggedEvent logged) {
    found.clear();
    long nowMs = logged.timeMs();
    switch (logged.event()) {
      case JobSubmitted e -> jobs.put(e.job(), e);
      case ArrayTaskSplit e -> jobs.put(e.job(), jobs.get(e.array()));
      case JobAllocated e -> allocated(e, nowMs);
      case JobChanged e -> changed(e, nowMs);
      case JobKillRequested e when e.cause() == KillCause.RESERVATION -> endedWith(e, nowMs);
      case JobEnded e -> running.remove(e.job());
      case JobRequeued e -> running.remove(e.run().job());
      case ReservationDefined e -> defined(e.reservation(), nowMs);
      case ReservationDeleted e -> forget(e.reservation());
      case ReservationOpened e -> open.put(e.reservation(), true);
      case ReservationClosed e -> {
        open.put(e.reservation(), false);
        if (e.nextStartMs() == 0) {
          forget(e.reservation());
        }
      }
      default -> {
        // The other facts say nothing of reservations.
      }
    }
    return List.copyOf(found);
  }

  private void changed(JobChanged e, long nowMs) {
    jobs.computeIfPresent(
        e.job(),
        (_, job) ->
            new JobSubmitted(
                job.job(), job.user(), job.unixUser(), job.uid(), e.spec(), "", new byte[0]));
    Running run =
        running.computeIfPresent(
            e.job(),
            (_, each) -> new Running(each.allocated(), each.startMs(), e.spec().limitMs()));
    if (run != null) {
      reservations.values().forEach(each -> compare(run, each, nowMs));
    }
  }

  private void endedWith(JobKillRequested e, long nowMs) {
    Running run = running.get(e.run().job());
    ReservationName in = run == null ? null : run.allocated().reservation();
    Reservation rules = in == null ? null : reservations.get(in);
    require(
        rules != null
            && rules.endsJobs()
            && open.getOrDefault(in, false)
            && !meets(rules, nowMs, nowMs + 1),
        "run " + e.run() + " is ended with a reservation that is not over, or ends no jobs");
  }

  private void forget(ReservationName name) {
    reservations.remove(name);
    open.remove(name);
  }

  private void allocated(JobAllocated e, long nowMs) {
    JobSubmitted job = jobs.get(e.run().job());
    if (job == null) {
      return;
    }
    Running run = new Running(e, nowMs, job.spec().limitMs());
    running.put(e.run().job(), run);
    reservations.values().forEach(each -> compare(run, each, nowMs));
    if (e.reservation() == null) {
      require(job.spec().reservation() == null, "run " + e.run() + " is outside its reservation");
      return;
    }
    Reservation rules = reservations.get(e.reservation());
    if (rules == null) {
      found.add("run " + e.run() + " uses " + e.reservation() + ", which is no reservation");
      return;
    }
    boolean called = rules.name().equals(job.spec().reservation());
    boolean drawn = job.spec().reservation() == null && rules.magnetic();
    boolean admitted =
        !rules.maintenance()
            && (rules.users().contains(job.user())
                || rules.projects().contains(job.spec().project()));
    require((called || drawn) && admitted, "run " + e.run() + " may not use " + rules.name());
    require(
        open.getOrDefault(rules.name(), false) && meets(rules, nowMs, nowMs + 1),
        "run " + e.run() + " begins when " + rules.name() + " is not open");
    for (Allocation each : e.allocations()) {
      require(
          rules.nodes().contains(each.node()),
          "run " + e.run() + " gets " + each.node() + ", which " + rules.name() + " does not keep");
    }
  }

  private void defined(Reservation rules, long nowMs) {
    reservations.put(rules.name(), rules);
    running.values().forEach(run -> compare(run, rules, nowMs));
    for (Reservation other : reservations.values()) {
      boolean meet =
          !other.name().equals(rules.name())
              && other.nodes().stream().anyMatch(rules.nodes()::contains)
              && everMeet(rules, other, nowMs);
      require(!meet, "reservations " + rules.name() + " and " + other.name() + " meet");
    }
  }

  private static boolean everMeet(Reservation one, Reservation other, long nowMs) {
    long begin = one.startMs();
    for (int i = 0; i < 100 && begin != 0; i++) {
      long end = begin + one.durationMs();
      if (end > nowMs && meets(other, Math.max(begin, nowMs), end)) {
        return true;
      }
      begin = next(one, begin);
    }
    return false;
  }

  private void compare(Running run, Reservation rules, long nowMs) {
    if (rules.name().equals(run.allocated().reservation())) {
      return;
    }
    for (Allocation each : run.allocated().allocations()) {
      boolean kept = rules.nodes().contains(each.node());
      require(
          !kept || !meets(rules, nowMs, run.startMs() + run.limitMs()),
          "run "
              + run.allocated().run()
              + " may hold "
              + each.node()
              + " until "
              + (run.startMs() + run.limitMs())
              + ", against "
              + rules);
    }
  }

  /** Whether a window lies between two moments, found by going through them. */
  private static boolean meets(Reservation rules, long fromMs, long toMs) {
    long begin = rules.startMs();
    while (begin != 0 && begin < toMs) {
      if (begin + rules.durationMs() > fromMs) {
        return true;
      }
      begin = next(rules, begin);
    }
    return false;
  }

  private static long next(Reservation rules, long begin) {
    long next = begin + rules.repeat().periodMs();
    boolean over = rules.untilMs() != 0 && next + rules.durationMs() > rules.untilMs();
    return rules.repeat().periodMs() == 0 || over ? 0 : next;
  }

  private void require(boolean holds, String otherwise) {
    if (!holds) {
      found.add(otherwise);
    }
  }
}
