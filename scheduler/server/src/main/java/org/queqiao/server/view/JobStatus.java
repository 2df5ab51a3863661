package org.queqiao.server.view;

import java.util.List;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.job.Allocation;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.OperatorEnd;
import org.queqiao.contract.job.RunExit;
import org.queqiao.contract.job.Suspension;

/**
 * What changes in the life of a job, at one moment.
 *
 * @param state where it is
 * @param heldByUser whether its owner holds it
 * @param heldByAdministrator whether an administrator holds it
 * @param attempt the latest run, 0 before the first
 * @param startMs allocation of its run, 0 while it waits
 * @param endMs when its last process was gone, 0 before
 * @param cores held by its latest run, 0 before
 * @param nodes where its latest run is or was
 * @param allocations what it holds now; empty when it holds nothing
 * @param exit what the node recorded, or null
 * @param detail more about the end, or about why it waits again, or empty
 * @param formerCoreMs what its earlier runs held, times how long
 * @param suspension how its latest run was suspended; null for one that never was to be
 * @param reservation in which its latest run runs or ran; null for none, and while it waits
 * @param preemptedBy the job for which a run of it was last told to end or to stand still, or null
 * @param operator who ends its run, while it is being ended; null for no operator
 * @param operatorEnding who told its latest run to end, also once that is over; null for no
 *     operator
 */
public record JobStatus(
    JobState state,
    boolean heldByUser,
    boolean heldByAdministrator,
    int attempt,
    long startMs,
    long endMs,
    int cores,
    List<String> nodes,
    List<Allocation> allocations,
    RunExit exit,
    String detail,
    long formerCoreMs,
    Suspension suspension,
    ReservationName reservation,
    JobId preemptedBy,
    OperatorEnd operator,
    OperatorEnding operatorEnding) {
  private static final JobStatus WAITING = waiting(false);
  private static final JobStatus HELD = waiting(true);

  private static JobStatus waiting(boolean held) {
    return new JobStatus(
        JobState.PENDING,
        held,
        false,
        0,
        0,
        0,
        0,
        List.of(),
        List.of(),
        null,
        "",
        0,
        null,
        null,
        null,
        null,
        null);
  }

  /** A job that was just accepted. */
  static JobStatus submitted(boolean held) {
    return held ? HELD : WAITING;
  }

  JobStatus held(boolean byAdministrator) {
    return waits(heldByUser || !byAdministrator, heldByAdministrator || byAdministrator);
  }

  JobStatus released() {
    return waits(false, false);
  }

  private JobStatus waits(boolean byUser, boolean byAdministrator) {
    return new JobStatus(
        state,
        byUser,
        byAdministrator,
        attempt,
        startMs,
        endMs,
        cores,
        nodes,
        allocations,
        exit,
        detail,
        formerCoreMs,
        suspension,
        reservation,
        preemptedBy,
        null,
        operatorEnding);
  }

  JobStatus allocated(
      int run, List<Allocation> given, List<String> where, ReservationName in, long nowMs) {
    int held = 0;
    for (Allocation each : given) {
      held = Math.addExact(held, each.cores().size());
    }
    return new JobStatus(
        JobState.RUNNING,
        false,
        false,
        run,
        nowMs,
        0,
        held,
        where,
        given,
        null,
        "",
        formerCoreMs,
        null,
        in,
        preemptedBy,
        null,
        null);
  }

  /** Its run is wanted to stop or go on, stops, or goes on. */
  JobStatus suspension(JobState as, Suspension next) {
    return runs(as, endMs, allocations, exit, detail, next, operator, operatorEnding);
  }

  private Suspension over(long atMs) {
    return suspension == null ? null : suspension.over(atMs);
  }

  /** Its run is told to end; who was the first operator to say for what stays it. */
  JobStatus killing(JobKillRequested told, LoggedEvent logged) {
    OperatorEnd by =
        OperatorEnd.told(operator, told.operator(), logged.actor().name(), logged.reason());
    String why = by == null ? told.cause().detail(reservation) : by.detail();
    Suspension stopped = over(logged.timeMs());
    OperatorEnding first =
        by == null || operator != null
            ? operatorEnding
            : new OperatorEnding(attempt, by.cause(), by.by(), logged.timeMs(), by.reason());
    return runs(JobState.COMPLETING, endMs, allocations, exit, why, stopped, by, first);
  }

  JobStatus ended(JobState finalState, long atMs, RunExit how, String why) {
    return runs(finalState, atMs, List.of(), how, why, over(atMs), null, operatorEnding);
  }

  /** The same run, further on. */
  private JobStatus runs(
      JobState as,
      long end,
      List<Allocation> holds,
      RunExit how,
      String why,
      Suspension next,
      OperatorEnd by,
      OperatorEnding ending) {
    return new JobStatus(
        as,
        false,
        false,
        attempt,
        startMs,
        end,
        cores,
        nodes,
        holds,
        how,
        why,
        formerCoreMs,
        next,
        reservation,
        preemptedBy,
        by,
        ending);
  }

  /** Its run is told to make room for a job, or for none. */
  JobStatus preempted(JobId forWhom) {
    return forWhom == null
        ? this
        : new JobStatus(
            state,
            heldByUser,
            heldByAdministrator,
            attempt,
            startMs,
            endMs,
            cores,
            nodes,
            allocations,
            exit,
            detail,
            formerCoreMs,
            suspension,
            reservation,
            forWhom,
            operator,
            operatorEnding);
  }

  /** Its run is over and it waits again. */
  JobStatus requeued(long atMs, boolean held, String why) {
    return new JobStatus(
        JobState.PENDING,
        false,
        held,
        attempt,
        0,
        0,
        0,
        List.of(),
        List.of(),
        null,
        why,
        Math.addExact(formerCoreMs, runCoreMs(atMs)),
        null,
        null,
        preemptedBy,
        null,
        operatorEnding);
  }

  /** Core-milliseconds of all runs of a job that has ended; 0 if it never ran. */
  public long coreMs() {
    return Math.addExact(formerCoreMs, runCoreMs(endMs));
  }

  /** How long its latest run was stopped until a moment. */
  public long suspendedMs(long untilMs) {
    return suspension == null ? 0 : suspension.suspendedMs(untilMs);
  }

  private long runCoreMs(long untilMs) {
    if (startMs == 0) {
      return 0;
    }
    long unbilledMs = suspension == null ? 0 : suspension.unbilledMs(untilMs);
    return Math.multiplyExact(cores, untilMs - startMs - unbilledMs);
  }
}
