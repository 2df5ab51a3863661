package org.queqiao.core.admission;

import java.util.List;
import org.queqiao.contract.event.RunCheckpointed;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.job.JobState;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.permission.Permissions;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;

/**
 * Who may control a job, or a process of its run, says that what the run has done is saved. The
 * moment is that of the clock here, so that nobody says what was or will be.
 */
public final class CheckpointCheck {
  /** One that comes sooner changes nothing: a job that tells of each of its steps fills no log. */
  private static final long EVERY_MS = 60_000;

  private final Cluster cluster;
  private final JobAccess access;

  public CheckpointCheck(Cluster cluster, Permissions permissions) {
    this.cluster = cluster;
    this.access = new JobAccess(cluster, permissions);
  }

  public Decision decide(Input.Saved input, long nowMs) {
    return switch (input) {
      case Input.CheckpointJob i -> ofPerson(i, nowMs);
      case Input.CheckpointRun i -> ofProcess(i, nowMs);
    };
  }

  private Decision ofPerson(Input.CheckpointJob input, long nowMs) {
    JobAccess.Found found = access.find(input.actor(), input.job());
    if (found.refusal() != null) {
      return found.refusal();
    }
    return saved(input.actor(), found.job(), nowMs);
  }

  /** The agent of a node can say so only of what its user runs there. */
  private Decision ofProcess(Input.CheckpointRun input, long nowMs) {
    Job job =
        cluster.jobs().find(input.run().job()).filter(each -> each.isRun(input.run())).orElse(null);
    if (job == null
        || job.uid() != input.uid()
        || job.allocations().stream().noneMatch(each -> each.node().equals(input.node()))) {
      return Rejections.notFound(
          "run", "run " + input.run() + " is not of this user on node " + input.node());
    }
    return saved(Actor.node(input.node()), job, nowMs);
  }

  private static Decision saved(Actor actor, Job job, long nowMs) {
    if (job.array() != null) {
      return Rejections.conflict(
          "id", "array " + job.id() + " has no run: name the job of the task that runs");
    }
    if (job.state() != JobState.RUNNING && job.state() != JobState.COMPLETING) {
      return Rejections.conflict(
          "id", "job " + job.id() + " does not run (" + job.state() + "): it saves nothing now");
    }
    boolean soon = job.checkpoint() != null && nowMs - job.checkpoint().atMs() < EVERY_MS;
    return soon
        ? Decision.unchanged()
        : Decision.done(List.of(new Fact(actor, new RunCheckpointed(job.run(), nowMs))));
  }
}
