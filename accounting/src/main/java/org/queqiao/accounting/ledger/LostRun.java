package org.queqiao.accounting.ledger;

import java.util.List;
import java.util.Optional;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.ProjectName;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.id.UserName;

/**
 * A run that no node saw to its end, because the node was gone: it is billed until the last sign of
 * life that is proven, which is nobody's measurement of when it ended.
 *
 * @param user whose it is
 * @param nodes those of the run
 * @param startMs of the run
 * @param billedMs until when it is billed
 * @param toldMs when the log had it
 * @param position of that fact
 * @param why in words
 */
public record LostRun(
    RunId run,
    ProjectName project,
    UserName user,
    List<String> nodes,
    long startMs,
    long billedMs,
    long toldMs,
    long position,
    String why) {
  public LostRun {
    nodes = List.copyOf(nodes);
  }

  /** The run that ends with this fact, if it is lost. */
  static Optional<LostRun> of(JobEnded e, JobRow job, LoggedEvent logged) {
    return of(new RunId(e.job(), e.attempt()), e.endMs(), e.detail(), job, logged);
  }

  /** The run that is over with this fact, if it is lost. */
  static Optional<LostRun> of(JobRequeued e, JobRow job, LoggedEvent logged) {
    return of(e.run(), e.endMs(), e.detail(), job, logged);
  }

  /** Nodes tell the ends of their runs; of a node that is gone the scheduler says so itself. */
  private static Optional<LostRun> of(
      RunId run, long billedMs, String why, JobRow job, LoggedEvent logged) {
    return logged.actor().equals(Actor.SCHEDULER)
        ? Optional.of(
            new LostRun(
                run,
                job.project(),
                job.user(),
                job.nodes(),
                job.startMs(),
                billedMs,
                logged.timeMs(),
                logged.position(),
                why))
        : Optional.empty();
  }
}
