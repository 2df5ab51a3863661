package org.queqiao.runtime.copy;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.queqiao.contract.event.ArrayTaskSplit;
import org.queqiao.contract.event.ArrayTasksEnded;
import org.queqiao.contract.event.Event;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobEligible;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobReleased;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.JobSubmitted;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.NodeResumed;
import org.queqiao.contract.event.NodeUp;
import org.queqiao.contract.event.RulesSet;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.JobState;
import org.queqiao.core.SchedulerMachine;

/**
 * For what a job waited and how long, until its run began or it ended: its reason is looked at
 * again and again while the log is replayed.
 *
 * @param reasons how long it waited for each reason, in milliseconds; Slurm's words
 * @param startedBy the kind of the last fact before its start that could make it possible; empty
 *     without a start
 * @param startedByJob the job of that fact, or null
 * @param toMs until when it waited
 */
public record WaitHistory(
    SortedMap<String, Long> reasons, String startedBy, JobId startedByJob, long toMs) {
  /** How often the reason is looked at, at most. */
  private static final int LOOKS = 256;

  public WaitHistory {
    reasons = Collections.unmodifiableSortedMap(reasons);
  }

  /**
   * Replays the waiting of a job.
   *
   * @param submitMs when it was submitted
   * @param waitedToMs when its latest run began, or it ended without one
   * @throws TooFarBack when these are more facts than one question may replay
   */
  static WaitHistory of(StateCopies copies, JobId job, long submitMs, long waitedToMs) {
    SchedulerMachine machine = copies.at(copies.positionAt(submitMs - 1));
    Observer observer = new Observer(machine, job, (waitedToMs - submitMs) / LOOKS);
    copies.forward(machine, copies.positionAt(waitedToMs), observer::before);
    return new WaitHistory(observer.reasons, observer.startedBy, observer.startedByJob, waitedToMs);
  }

  /** Looks at the job before facts are made true: its reason then held since the look before. */
  private static final class Observer {
    private final SchedulerMachine machine;
    private final JobId job;
    private final long everyMs;
    private final SortedMap<String, Long> reasons = new TreeMap<>();
    private String reason = "";
    private long sinceMs;
    private String chance = "";
    private JobId chanceJob;
    private String startedBy = "";
    private JobId startedByJob;

    private Observer(SchedulerMachine machine, JobId job, long everyMs) {
      this.machine = machine;
      this.job = job;
      this.everyMs = everyMs;
    }

    private void before(LoggedEvent logged) {
      Event event = logged.event();
      boolean starts =
          switch (event) {
            case JobAllocated e -> e.run().job().equals(job);
            case ArrayTaskSplit e -> e.array().equals(job);
            default -> false;
          };
      boolean ends =
          switch (event) {
            case JobEnded e -> e.job().equals(job);
            case ArrayTasksEnded e -> e.array().equals(job);
            default -> false;
          };
      if (waits()) {
        long spanMs = logged.timeMs() - sinceMs;
        if (spanMs > everyMs || reason.isEmpty() && (starts || ends)) {
          reason = machine.state().pendingWhy(job).word();
        }
        if (spanMs > everyMs || starts || ends) {
          reasons.merge(reason, spanMs, Long::sum);
          sinceMs = logged.timeMs();
        }
      } else {
        reason = "";
        sinceMs = logged.timeMs();
      }
      if (starts) {
        startedBy = chance;
        startedByJob = chanceJob;
      }
      note(event);
    }

    private boolean waits() {
      return machine.state().job(job).filter(each -> each.state() == JobState.PENDING).isPresent();
    }

    /** Remembers what may have made a start possible. */
    private void note(Event event) {
      JobId of =
          switch (event) {
            case JobEnded e -> e.job();
            case JobRequeued e -> e.run().job();
            case JobEligible e -> e.job();
            case JobReleased e -> e.job();
            case JobSubmitted e -> e.job();
            default -> null;
          };
      boolean makesRoom = event instanceof JobEnded || event instanceof JobRequeued;
      boolean ofSite =
          event instanceof NodeUp || event instanceof NodeResumed || event instanceof RulesSet;
      if (ofSite || makesRoom || job.equals(of)) {
        chance = event.getClass().getSimpleName();
        chanceJob = of;
      }
    }
  }
}
