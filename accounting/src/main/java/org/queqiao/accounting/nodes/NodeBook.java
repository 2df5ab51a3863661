package org.queqiao.accounting.nodes;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.queqiao.accounting.metering.BillingCalendar;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.JobResumed;
import org.queqiao.contract.event.JobSuspended;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.NodeDown;
import org.queqiao.contract.event.NodeDrained;
import org.queqiao.contract.event.NodeRegistered;
import org.queqiao.contract.event.NodeResumed;
import org.queqiao.contract.event.NodeUp;
import org.queqiao.contract.event.ReservationClosed;
import org.queqiao.contract.event.ReservationDefined;
import org.queqiao.contract.event.ReservationDeleted;
import org.queqiao.contract.event.ReservationOpened;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.reservation.Reservation;

/**
 * Where the core time of each node went, day by day of the billing zone. Free time is counted by
 * the clock of the node, from fact to fact; allocated time by the run, at its end. Both are counted
 * on their own, so that their sum can be compared with the capacity. For one thread.
 */
public final class NodeBook {
  private final BillingCalendar calendar;
  private final TreeMap<String, NodeClock> clocks = new TreeMap<>();
  private final TreeMap<RunId, NodeRun> runs = new TreeMap<>();
  private final TreeMap<ReservationName, Reserved> reservations = new TreeMap<>();
  private final TreeMap<Key, CoreTime> days = new TreeMap<>();
  private final NodeChanges changes = new NodeChanges();
  private long dayFromMs;
  private long dayToMs;
  private String day = "";

  /**
   * A day of a node.
   *
   * @param node its name
   * @param day {@code YYYY-MM-DD}
   */
  public record Key(String node, String day) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      int byDay = day.compareTo(other.day);
      return byDay != 0 ? byDay : node.compareTo(other.node);
    }
  }

  /**
   * A reservation.
   *
   * @param nodes of it
   * @param maintenance whether nobody may use it
   * @param open whether its time is now
   * @param startMs when that began, or 0
   */
  public record Reserved(List<NodeName> nodes, boolean maintenance, boolean open, long startMs) {
    public Reserved {
      nodes = List.copyOf(nodes);
    }

    Reserved opened(long atMs) {
      return new Reserved(nodes, maintenance, true, atMs);
    }

    Reserved closed() {
      return new Reserved(nodes, maintenance, false, 0);
    }
  }

  public NodeBook(BillingCalendar calendar) {
    this.calendar = calendar;
  }

  /** Takes a fact in. */
  public void record(LoggedEvent logged) {
    long nowMs = logged.timeMs();
    switch (logged.event()) {
      case NodeRegistered e -> registered(e, nowMs);
      case NodeUp e -> change(e.node().value(), nowMs, each -> each.up(true));
      case NodeDown e -> change(e.node().value(), nowMs, each -> each.up(false));
      case NodeDrained e -> change(e.node().value(), nowMs, each -> each.drained(true));
      case NodeResumed e -> change(e.node().value(), nowMs, each -> each.drained(false));
      case JobAllocated e -> allocated(e, nowMs);
      case JobSuspended e -> stop(e.run(), e.atMs(), e.billed(), nowMs);
      case JobResumed e -> go(e.run(), e.atMs(), nowMs);
      case JobKillRequested e -> go(e.run(), nowMs, nowMs);
      case JobEnded e -> {
        // A job that never started has no run.
        if (e.attempt() > 0) {
          ended(new RunId(e.job(), e.attempt()), e.endMs(), nowMs);
        }
      }
      case JobRequeued e -> ended(e.run(), e.endMs(), nowMs);
      case ReservationDefined e -> defined(e.reservation(), nowMs);
      case ReservationOpened e -> opened(e, nowMs);
      case ReservationClosed e -> closed(e, nowMs);
      case ReservationDeleted e -> reserve(e.reservation(), null, nowMs);
      default -> {}
    }
  }

  private void registered(NodeRegistered event, long nowMs) {
    String name = event.facts().name().value();
    int cores = event.facts().cores();
    if (clocks.containsKey(name)) {
      change(name, nowMs, each -> each.cores(cores));
    } else {
      put(NodeClock.registered(name, nowMs, cores));
    }
  }

  /** Counts the time of a node until now, and makes it another one; unknown nodes are left out. */
  private void change(String node, long nowMs, UnaryOperator<NodeClock> to) {
    NodeClock clock = clocks.get(node);
    if (clock != null) {
      put(to.apply(pass(clock, nowMs)));
    }
  }

  private void put(NodeClock clock) {
    clocks.put(clock.node(), clock);
    changes.clock(clock.node());
  }

  private NodeClock pass(NodeClock clock, long nowMs) {
    if (nowMs <= clock.atMs()) {
      return clock;
    }
    String node = clock.node();
    split(
        clock.atMs(),
        nowMs,
        (on, ms) -> {
          add(node, on, CoreTime.capacity(Math.multiplyExact(ms, clock.cores())));
          add(node, on, clock.free(Math.multiplyExact(ms, clock.cores() - clock.held())));
        });
    return clock.at(nowMs);
  }

  private void allocated(JobAllocated event, long nowMs) {
    TreeMap<String, Integer> cores = new TreeMap<>();
    for (Allocation each : event.allocations()) {
      cores.merge(each.node().value(), each.cores().size(), Integer::sum);
    }
    if (!clocks.keySet().containsAll(cores.keySet())) {
      // Counted wholly or not at all: otherwise nodes and bills could not be compared.
      changes.unplaced(event.run());
      return;
    }
    put(new NodeRun(event.run(), nowMs, cores, List.of()));
    cores.forEach((node, count) -> change(node, nowMs, each -> each.hold(count)));
  }

  private void put(NodeRun run) {
    runs.put(run.run(), run);
    changes.run(run.run());
  }

  /** What was held since the run stopped is free. */
  private void stop(RunId id, long atMs, boolean billed, long nowMs) {
    NodeRun run = runs.get(id);
    if (run == null || run.isStopped()) {
      return;
    }
    run.cores()
        .forEach((node, count) -> {
          change(node, nowMs, each -> each.hold(-count));
          free(node, atMs, nowMs, count);
        });
    put(run.stop(atMs, billed));
  }

  /** What was free since the run went on is not. */
  private void go(RunId id, long atMs, long nowMs) {
    NodeRun run = runs.get(id);
    if (run == null || !run.isStopped()) {
      return;
    }
    run.cores()
        .forEach((node, count) -> {
          change(node, nowMs, each -> each.hold(count));
          free(node, atMs, nowMs, -count);
        });
    put(run.go(atMs));
  }

  /** Counts what a run used; what it held after the end of its last process is free. */
  private void ended(RunId id, long endMs, long nowMs) {
    NodeRun run = runs.remove(id);
    if (run == null) {
      return;
    }
    changes.run(id);
    run.cores()
        .forEach((node, count) -> {
          change(node, nowMs, each -> run.isStopped() ? each : each.hold(-count));
          for (long[] each : run.running(nowMs)) {
            used(node, each[0], Math.min(each[1], endMs), count);
            free(node, Math.max(each[0], endMs), each[1], count);
          }
          suspended(run, node, count, endMs);
        });
  }

  private void used(String node, long fromMs, long toMs, long cores) {
    split(
        fromMs, toMs, (on, ms) -> add(node, on, CoreTime.allocated(Math.multiplyExact(ms, cores))));
  }

  private void suspended(NodeRun run, String node, long cores, long endMs) {
    for (NodeRun.Stop stop : run.stops()) {
      if (stop.billed()) {
        split(
            stop.fromMs(),
            Math.min(stop.toMs(), endMs),
            (on, ms) -> add(node, on, CoreTime.suspended(Math.multiplyExact(ms, cores))));
      }
    }
  }

  /** Free time of the past: as down until the node came up last, and then as the node is now. */
  private void free(String node, long fromMs, long toMs, long cores) {
    NodeClock clock = clocks.get(node);
    long upMs = clock.up() ? Math.min(toMs, Math.max(fromMs, clock.upSinceMs())) : toMs;
    split(fromMs, upMs, (on, ms) -> add(node, on, NodeClock.down(Math.multiplyExact(ms, cores))));
    split(upMs, toMs, (on, ms) -> add(node, on, clock.free(Math.multiplyExact(ms, cores))));
  }

  private void opened(ReservationOpened event, long nowMs) {
    Reserved known = reservations.get(event.reservation());
    if (known != null) {
      reserve(event.reservation(), known.opened(event.startMs()), nowMs);
    }
  }

  private void closed(ReservationClosed event, long nowMs) {
    Reserved known = reservations.get(event.reservation());
    boolean last = event.nextStartMs() == 0;
    reserve(event.reservation(), last || known == null ? null : known.closed(), nowMs);
  }

  /** A reservation has other rules; an occurrence that these have as well goes on. */
  private void defined(Reservation rules, long nowMs) {
    Reserved before = reservations.get(rules.name());
    long nextMs = rules.occurrenceAfter(nowMs);
    boolean goesOn = before != null && before.open() && nextMs == before.startMs();
    reserve(
        rules.name(),
        new Reserved(rules.nodes(), rules.maintenance(), goesOn, goesOn ? nextMs : 0),
        nowMs);
  }

  private void reserve(ReservationName name, Reserved next, long nowMs) {
    turn(reservations.remove(name), -1, nowMs);
    if (next != null) {
      reservations.put(name, next);
    }
    turn(next, 1, nowMs);
    changes.reservation(name);
  }

  private void turn(Reserved which, int more, long nowMs) {
    if (which != null && which.open()) {
      for (NodeName node : which.nodes()) {
        change(node.value(), nowMs, each -> each.reserve(more, which.maintenance()));
      }
    }
  }

  private interface Piece {
    void of(String day, long ms);
  }

  /** Cuts a time where a billing day ends. */
  private void split(long fromMs, long toMs, Piece piece) {
    long at = fromMs;
    while (at < toMs) {
      if (at < dayFromMs || at >= dayToMs) {
        day = calendar.day(at).toString();
        dayFromMs = calendar.startMs(calendar.day(at));
        dayToMs = calendar.nextDayMs(at);
      }
      long end = Math.min(toMs, dayToMs);
      piece.of(day, end - at);
      at = end;
    }
  }

  private void add(String node, String on, CoreTime more) {
    if (!more.equals(CoreTime.NONE)) {
      days.merge(new Key(node, on), more, CoreTime::plus);
    }
  }

  /** What was counted since this was asked last, which begins anew. */
  public Delta take() {
    Delta delta = changes.take(days, clocks, runs, reservations);
    days.clear();
    return delta;
  }

  /**
   * What changed.
   *
   * @param days what is to be added to each day
   * @param clocks of nodes as they are now
   * @param runs that go on
   * @param ended runs that do not
   * @param unplaced runs that began with a node that was not known, and are not counted
   * @param reservations as they are now
   * @param deleted reservations that are no more
   */
  public record Delta(
      Map<Key, CoreTime> days,
      List<NodeClock> clocks,
      List<NodeRun> runs,
      List<RunId> ended,
      List<RunId> unplaced,
      Map<ReservationName, Reserved> reservations,
      List<ReservationName> deleted) {}

  /** Begins with what a database has. */
  public void restore(NodeClock clock) {
    clocks.put(clock.node(), clock);
  }

  /** Begins with what a database has. */
  public void restore(NodeRun run) {
    runs.put(run.run(), run);
  }

  /** Begins with what a database has. */
  public void restore(ReservationName name, Reserved reserved) {
    reservations.put(name, reserved);
  }

  /**
   * The days that were counted and not taken, with the time of nodes and of runs that go on until a
   * moment. Nothing of it is kept.
   */
  public Map<Key, CoreTime> until(long nowMs) {
    NodeBook copy = new NodeBook(calendar);
    days.forEach(copy.days::put);
    clocks.values().forEach(each -> copy.put(copy.pass(each, nowMs)));
    for (NodeRun run : runs.values()) {
      run.cores()
          .forEach((node, count) -> {
            run.running(nowMs).forEach(each -> copy.used(node, each[0], each[1], count));
            copy.suspended(run, node, count, nowMs);
          });
    }
    return Collections.unmodifiableMap(copy.days);
  }

  /** When a run began that goes on, the earliest; {@link Long#MAX_VALUE} without any. */
  public long oldestRunMs() {
    return runs.values().stream().mapToLong(NodeRun::startMs).min().orElse(Long.MAX_VALUE);
  }
}
