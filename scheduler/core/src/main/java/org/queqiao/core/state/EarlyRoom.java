package org.queqiao.core.state;

import org.queqiao.contract.event.ArrayTasksEnded;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobChanged;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobHeld;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.JobSuspended;
import org.queqiao.contract.event.LicenceDefined;
import org.queqiao.contract.event.NodeRegistered;
import org.queqiao.contract.event.NodeResumed;
import org.queqiao.contract.event.NodeSettingsSet;
import org.queqiao.contract.event.NodeUp;
import org.queqiao.contract.event.PartitionDefined;
import org.queqiao.contract.event.ReservationClosed;
import org.queqiao.contract.event.ReservationDefined;
import org.queqiao.contract.event.ReservationDeleted;
import org.queqiao.contract.event.ReservationOpened;
import org.queqiao.contract.event.SchedulingDefined;
import org.queqiao.contract.event.TopologyDefined;
import org.queqiao.contract.id.JobId;

/**
 * Counts what brought room earlier than the promises count on, where the site promises every
 * waiting job a start: as long as there is such a fact that no pass has answered, the jobs may have
 * earlier starts. It follows from the log, so a machine that was started anew knows what is to be
 * done.
 */
public final class EarlyRoom {
  private long unanswered;

  EarlyRoom() {}

  /** How many such facts were not answered yet. */
  public long unanswered() {
    return unanswered;
  }

  void restore(long count) {
    unanswered = count;
  }

  /** The jobs were given the earliest starts that so many of these facts leave them. */
  void answered(long count) {
    Legality.require(
        count > 0 && count <= unanswered, count + " of " + unanswered + " facts are answered");
    unanswered -= count;
  }

  /** A fact is about to be made true. */
  void follow(Event event, Cluster cluster) {
    if (event instanceof SchedulingDefined next) {
      // What other policies promised was not moved up.
      unanswered = next.promisesAll() ? Math.max(1, unanswered) : 0;
    } else if (cluster.policy().scheduling().promisesAll() && brings(event, cluster)) {
      unanswered++;
    }
  }

  private static boolean brings(Event event, Cluster cluster) {
    return switch (event) {
      case JobEnded e -> endsEarly(e.job(), cluster);
      case JobHeld e -> isPromised(e.job(), cluster);
      case JobChanged e -> isPromised(e.job(), cluster) || shortens(e, cluster);
      case ArrayTasksEnded e -> isPromised(e.array(), cluster);
      case JobRequeued _,
          JobSuspended _,
          LicenceDefined _,
          NodeRegistered _,
          NodeResumed _,
          NodeSettingsSet _,
          NodeUp _,
          PartitionDefined _,
          ReservationClosed _,
          ReservationDefined _,
          ReservationDeleted _,
          ReservationOpened _,
          TopologyDefined _ ->
          true;
      default -> false;
    };
  }

  /** Whether a run ends before its limit, or a job that waits and was promised a start. */
  private static boolean endsEarly(JobId id, Cluster cluster) {
    Job job = cluster.jobs().find(id).orElse(null);
    if (job == null || !job.holdsResources()) {
      return job != null && job.promisedMs() != 0;
    }
    long nowMs = cluster.timeMs();
    return JobClock.startWithoutStopsMs(job, nowMs) + job.spec().limitMs() > nowMs;
  }

  /** Whether a run gets a shorter limit: its end by that one is earlier than was counted on. */
  private static boolean shortens(JobChanged event, Cluster cluster) {
    Job job = cluster.jobs().find(event.job()).orElse(null);
    return job != null && job.holdsResources() && event.spec().limitMs() < job.spec().limitMs();
  }

  private static boolean isPromised(JobId id, Cluster cluster) {
    return cluster.jobs().find(id).map(job -> job.promisedMs() != 0).orElse(false);
  }
}
