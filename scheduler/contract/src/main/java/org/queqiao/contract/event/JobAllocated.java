package org.queqiao.contract.event;

import java.util.List;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.ReservationName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Allocation;

/**
 * A run holds these resources from now on; this is its start.
 *
 * @param run which run
 * @param allocations one per node; the script runs on the first
 * @param predictedMs how long it is believed to run, learnt from jobs like it; 0 when nothing was
 *     known of such jobs
 * @param reservation the reservation that it uses, or null
 * @param postsDays whether its days are posted as they are over; those of a run from before that
 *     was so are posted at its end and when a month is checked
 * @param leaseMs each of its nodes ends it after so long without contact with the server; 0: it
 *     goes on
 * @param payer whose wallet pays for it until its end; null for that of its own project, as in logs
 *     from before there were others
 */
public record JobAllocated(
    RunId run,
    List<Allocation> allocations,
    long predictedMs,
    ReservationName reservation,
    boolean postsDays,
    long leaseMs,
    ProjectName payer)
    implements Event {
  public JobAllocated {
    allocations = List.copyOf(allocations);
  }

  /** A run that its own project pays for. */
  public JobAllocated(
      RunId run,
      List<Allocation> allocations,
      long predictedMs,
      ReservationName reservation,
      boolean postsDays,
      long leaseMs) {
    this(run, allocations, predictedMs, reservation, postsDays, leaseMs, null);
  }

  /** A run that goes on without contact. */
  public JobAllocated(
      RunId run,
      List<Allocation> allocations,
      long predictedMs,
      ReservationName reservation,
      boolean postsDays) {
    this(run, allocations, predictedMs, reservation, postsDays, 0);
  }

  /** A run whose days are not posted before it ends. */
  public JobAllocated(
      RunId run, List<Allocation> allocations, long predictedMs, ReservationName reservation) {
    this(run, allocations, predictedMs, reservation, false);
  }

  /** A run in no reservation. */
  public JobAllocated(RunId run, List<Allocation> allocations, long predictedMs) {
    this(run, allocations, predictedMs, null);
  }

  /** A run of which nothing is predicted. */
  public JobAllocated(RunId run, List<Allocation> allocations) {
    this(run, allocations, 0, null);
  }
}
