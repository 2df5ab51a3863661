package org.queqiao.accounting.sql;

import java.util.Set;
import org.queqiao.accounting.ledger.AuditEntry;
import org.queqiao.contract.event.ArrayEnded;
import org.queqiao.contract.event.ArrayTaskSplit;
import org.queqiao.contract.event.JobAllocated;
import org.queqiao.contract.event.JobChanged;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.JobResumed;
import org.queqiao.contract.event.JobSuspended;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.event.RunCheckpointed;
import org.queqiao.contract.id.JobId;

/** What a fact will be asked to be looked up, so that it can be read at once for many. */
final class Expected {
  private Expected() {}

  /** Adds the jobs whose rows, and those whose runs, the fact is about. */
  static void add(LoggedEvent logged, Set<JobId> ofJobs, Set<JobId> ofRuns) {
    AuditEntry.job(logged).ifPresent(ofJobs::add);
    switch (logged.event()) {
      case JobAllocated e -> ofJobs.add(e.run().job());
      case JobEnded e -> both(e.job(), ofJobs, ofRuns);
      case JobRequeued e -> both(e.run().job(), ofJobs, ofRuns);
      case JobChanged e -> both(e.job(), ofJobs, ofRuns);
      case ArrayTaskSplit e -> ofJobs.add(e.array());
      case ArrayEnded e -> ofJobs.add(e.array());
      case JobSuspended e -> ofRuns.add(e.run().job());
      case JobResumed e -> ofRuns.add(e.run().job());
      case RunCheckpointed e -> ofRuns.add(e.run().job());
      case JobKillRequested e -> ofRuns.add(e.run().job());
      default -> {}
    }
  }

  private static void both(JobId job, Set<JobId> some, Set<JobId> others) {
    some.add(job);
    others.add(job);
  }
}
