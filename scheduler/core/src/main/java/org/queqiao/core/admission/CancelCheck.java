package org.queqiao.core.admission;

import java.util.List;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;
import org.queqiao.core.lifecycle.RunOutcome;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.permission.Permissions;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;

/**
 * Cancelling. A waiting job ends at once; a running one is told to end, and its end comes with the
 * report of its node. One that is ending only to run again does not run again. A job that is
 * otherwise ending or has ended stays as it is, and that is no error: the wish is fulfilled,
 * whoever was first.
 */
public final class CancelCheck {
  private final JobAccess access;

  public CancelCheck(Cluster cluster, Permissions permissions) {
    this.access = new JobAccess(cluster, permissions);
  }

  public Decision decide(Input.CancelJob input, long nowMs) {
    JobAccess.Found found = access.find(input.actor(), input.job());
    if (found.refusal() != null) {
      return found.refusal();
    }
    Job job = found.job();
    return switch (job.state()) {
      case PENDING ->
          Decision.done(
              List.of(
                  new Fact(
                      input.actor(),
                      new JobEnded(
                          job.id(),
                          job.attempt(),
                          JobState.CANCELLED,
                          nowMs,
                          null,
                          false,
                          "cancelled before its start"))));
      case RUNNING ->
          Decision.done(
              List.of(
                  new Fact(input.actor(), new JobKillRequested(job.run(), KillCause.CANCELLED))));
      case COMPLETING ->
          RunOutcome.isRequeue(job.killCause())
              ? Decision.done(
                  List.of(
                      new Fact(
                          input.actor(), new JobKillRequested(job.run(), KillCause.CANCELLED))))
              : Decision.unchanged();
      case COMPLETED, CANCELLED, FAILED, TIMEOUT, NODE_FAIL, OUT_OF_MEMORY, DEADLINE ->
          Decision.unchanged();
    };
  }
}
