package org.queqiao.core.admission;

import java.util.ArrayList;
import java.util.List;
import org.queqiao.contract.account.Role;
import org.queqiao.contract.event.JobHeld;
import org.queqiao.contract.event.JobReleased;
import org.queqiao.contract.id.Actor;
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
  private final Cluster cluster;
  private final JobAccess access;
  private final Permissions permissions;

  public HoldCheck(Cluster cluster, Permissions permissions) {
    this.cluster = cluster;
    this.access = new JobAccess(cluster, permissions);
    this.permissions = permissions;
  }

  public Decision decide(Input.HoldJob input) {
    JobAccess.Found found = access.find(input.actor(), input.job());
    if (found.refusal() != null) {
      return found.refusal();
    }
    Job job = found.job();
    boolean byAdministrator = isAdministratorOver(input.actor(), job);
    List<Job> waiting = waiting(job);
    List<Fact> facts = new ArrayList<>();
    for (Job each : waiting) {
      if (!(byAdministrator ? each.heldByAdministrator() : each.heldByUser())) {
        facts.add(new Fact(input.actor(), new JobHeld(each.id(), byAdministrator)));
      }
    }
    return waiting.isEmpty() ? notWaiting(job, "held") : Decision.done(facts);
  }

  /** The job if it waits; of an array also the tasks that ran and wait again. */
  private List<Job> waiting(Job job) {
    List<Job> out = new ArrayList<>();
    if (job.awaitsStart()) {
      out.add(job);
    }
    for (Job task : cluster.jobs().tasksOf(job.id()).values()) {
      if (task.isPending()) {
        out.add(task);
      }
    }
    return out;
  }

  public Decision decide(Input.ReleaseJob input) {
    JobAccess.Found found = access.find(input.actor(), input.job());
    if (found.refusal() != null) {
      return found.refusal();
    }
    Job job = found.job();
    List<Job> waiting = waiting(job);
    if (waiting.isEmpty()) {
      return notWaiting(job, "released");
    }
    List<Fact> facts = new ArrayList<>();
    for (Job each : waiting) {
      if (each.startable()) {
        continue;
      }
      if (each.heldByAdministrator()
          && !permissions.permit(input.actor(), new Action.ReleaseAdministratorHold())) {
        return Rejections.forbidden(
            "job " + each.id() + " is held by an administrator: only an administrator releases it");
      }
      facts.add(new Fact(input.actor(), new JobReleased(each.id())));
    }
    return Decision.done(facts);
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
        "id",
        "job "
            + job.id()
            + (job.array() != null && job.isPending()
                ? " has no task left that waits"
                : " is " + job.state())
            + ": only a job that waits can be "
            + verb);
  }
}
