package org.queqiao.core.admission;

import java.util.List;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.JobHeld;
import org.queqiao.contract.event.JobReleased;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.job.JobState;
import org.queqiao.core.message.Action;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.permission.Permissions;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;

/**
 * Holding and releasing jobs that wait. An administrator who holds the job of somebody else places
 * a hold that only an administrator lifts; every other hold is the owner's to lift.
 */
public final class HoldCheck {
  private final JobAccess access;
  private final Permissions permissions;

  public HoldCheck(Cluster cluster, Permissions permissions) {
    this.access = new JobAccess(cluster, permissions);
    this.permissions = permissions;
  }

  public Decision decide(Input.HoldJob input) {
    JobAccess.Found found = access.find(input.actor(), input.job());
    if (found.refusal() != null) {
      return found.refusal();
    }
    Job job = found.job();
    if (job.state() != JobState.PENDING) {
      return notWaiting(job, "held");
    }
    boolean byAdministrator = isAdministratorOver(input.actor(), job);
    boolean heldAlready = byAdministrator ? job.heldByAdministrator() : job.heldByUser();
    return heldAlready
        ? Decision.unchanged()
        : Decision.done(List.of(new Fact(input.actor(), new JobHeld(job.id(), byAdministrator))));
  }

  public Decision decide(Input.ReleaseJob input) {
    JobAccess.Found found = access.find(input.actor(), input.job());
    if (found.refusal() != null) {
      return found.refusal();
    }
    Job job = found.job();
    if (job.state() != JobState.PENDING) {
      return notWaiting(job, "released");
    }
    if (job.startable()) {
      return Decision.unchanged();
    }
    if (job.heldByAdministrator()
        && !permissions.permit(input.actor(), new Action.ReleaseAdministratorHold())) {
      return Rejections.forbidden(
          "job " + job.id() + " is held by an administrator: only an administrator releases it");
    }
    return Decision.done(List.of(new Fact(input.actor(), new JobReleased(job.id()))));
  }

  private boolean isAdministratorOver(Actor actor, Job job) {
    return !actor.equals(Actor.user(job.user()))
        && permissions
            .account(actor)
            .filter(account -> account.has(Role.ADMINISTRATOR))
            .isPresent();
  }

  private static Decision notWaiting(Job job, String verb) {
    return Rejections.conflict(
        "id", "job " + job.id() + " is " + job.state() + ": only a job that waits can be " + verb);
  }
}
