package org.queqiao.core.admission;

import java.util.Optional;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.core.message.Action;
import org.queqiao.core.message.Decision;
import org.queqiao.core.permission.Permissions;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;

/** Finds a job for somebody who wants to control it. */
final class JobAccess {
  private final Cluster cluster;
  private final Permissions permissions;

  JobAccess(Cluster cluster, Permissions permissions) {
    this.cluster = cluster;
    this.permissions = permissions;
  }

  /**
   * Looks for the job.
   *
   * @param job the job, or null when it is refused
   * @param refusal why not, or null
   */
  record Found(Job job, Decision refusal) {}

  /** A job that the actor may not even see is answered like one that does not exist. */
  Found see(Actor actor, JobId id) {
    Optional<Job> job = cluster.jobs().find(id);
    return job.isEmpty() || !permissions.permit(actor, see(job.get()))
        ? new Found(null, Rejections.notFound("id", "there is no job " + id + " that you may see"))
        : new Found(job.get(), null);
  }

  /** A job that the actor may see and control. */
  Found find(Actor actor, JobId id) {
    Found seen = see(actor, id);
    if (seen.refusal() != null) {
      return seen;
    }
    Job job = seen.job();
    if (!permissions.permit(actor, control(job))) {
      return new Found(
          null,
          Rejections.forbidden(
              "job "
                  + id
                  + " belongs to "
                  + job.user()
                  + ": only its owner, a manager of its project or an administrator may do this"));
    }
    return seen;
  }

  private static Action see(Job job) {
    return new Action.SeeJob(job.user(), job.spec().project());
  }

  private static Action control(Job job) {
    return new Action.ControlJob(job.user(), job.spec().project());
  }
}
