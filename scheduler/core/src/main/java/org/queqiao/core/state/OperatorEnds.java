package org.queqiao.core.state;

import static org.queqiao.core.state.Legality.require;

import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.LoggedEvent;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.OperatorCause;
import org.queqiao.contract.job.OperatorEnd;

/** What operators end runs for, from the moment at which they say it to the end of the run. */
final class OperatorEnds {
  private OperatorEnds() {}

  /**
   * Who ends a run. The first cause stays; a server of before repeats none where it tells a run to
   * end once more.
   */
  static OperatorEnd told(Job job, JobKillRequested event, LoggedEvent logged) {
    OperatorEnd before = job.ending().operator();
    OperatorCause cause = event.operator();
    require(
        cause == null
            || event.cause() == KillCause.CANCELLED
            || event.cause() == KillCause.REQUEUED,
        "run " + event.run() + " is ended by an operator for " + event.cause());
    require(
        cause == null
            || job.state() != JobState.COMPLETING
            || cause == job.ending().operatorCause(),
        "run " + event.run() + " ends for " + cause + " after it was told to for " + before);
    return OperatorEnd.told(before, cause, logged.actor().name(), logged.reason());
  }

  /** The end of a run says what it was told to end for; that of a server of before does not. */
  static void ended(Job job, OperatorCause cause) {
    require(
        cause == null || cause == job.ending().operatorCause(),
        "job " + job.id() + " ends for " + cause + " of " + job.ending().operator());
  }
}
