package org.queqiao.core.state;

import java.util.Collection;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.reservation.Reservation;
import org.queqiao.contract.snapshot.ReservationImage;

/** A reservation as it is now: its rules, its occurrence, and how much of it was used. */
public final class ReservationState {
  private final Reservation rules;
  private long startMs;
  private boolean open;
  private long usedCoreMs;
  private long reservedCoreMs;

  ReservationState(Reservation rules) {
    this.rules = rules;
    this.startMs = rules.startMs();
  }

  ReservationState(ReservationImage image) {
    this.rules = image.reservation();
    this.startMs = image.startMs();
    this.open = image.open();
    this.usedCoreMs = image.usedCoreMs();
    this.reservedCoreMs = image.reservedCoreMs();
  }

  /** Other rules from a moment on: an occurrence that goes on stays open, and use stays counted. */
  ReservationState with(Reservation next, long nowMs) {
    long nextMs = next.occurrenceAfter(nowMs);
    long beginMs = nextMs == Reservation.NEVER ? next.startMs() : nextMs;
    return new ReservationState(
        new ReservationImage(
            next, beginMs, open && beginMs == startMs, usedCoreMs, reservedCoreMs));
  }

  ReservationImage image() {
    return new ReservationImage(rules, startMs, open, usedCoreMs, reservedCoreMs);
  }

  void open() {
    open = true;
  }

  /** The occurrence is over; what it kept is counted, and what its running jobs used of it. */
  void close(long cores, Collection<Job> running, long nextStartMs) {
    running.forEach(job -> usedCoreMs = Math.addExact(usedCoreMs, coreMsOf(job, endMs())));
    reservedCoreMs = Math.addExact(reservedCoreMs, Math.multiplyExact(cores, rules.durationMs()));
    open = false;
    startMs = nextStartMs;
  }

  /** A run that used it has ended. */
  void used(Job job, long endedMs) {
    if (open) {
      usedCoreMs = Math.addExact(usedCoreMs, coreMsOf(job, endedMs));
    }
  }

  /** What a run held of the occurrence until a moment, times how long. */
  public long coreMsOf(Job job, long untilMs) {
    long fromMs = Math.max(job.startMs(), startMs);
    long toMs = Math.min(untilMs, endMs());
    long cores = 0;
    for (Allocation each : job.allocations()) {
      cores += each.cores().size();
    }
    return Math.multiplyExact(cores, Math.max(0, toMs - fromMs));
  }

  public Reservation rules() {
    return rules;
  }

  /** When the occurrence that is open began, or when the next one begins. */
  public long startMs() {
    return startMs;
  }

  /** When that occurrence ends. */
  public long endMs() {
    return Math.addExact(startMs, rules.durationMs());
  }

  /** Whether its jobs may start. */
  public boolean isOpen() {
    return open;
  }

  /** When time alone changes it next. */
  public long nextEdgeMs() {
    return open ? endMs() : startMs;
  }
}
