package org.queqiao.core.admission;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.queqiao.contract.event.JobResumed;
import org.queqiao.contract.event.JobSuspendRequested;
import org.queqiao.contract.event.JobSuspended;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.Suspension;
import org.queqiao.core.message.Action;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.permission.Permissions;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.JobClock;
import org.queqiao.core.state.Node;

/**
 * Suspending and resuming. The wish is a fact at once; that all processes of the run are stopped,
 * or go on, is one when its node has reported it. Only administrators may, as in Slurm.
 */
public final class SuspendCheck {
  private final Cluster cluster;
  private final JobAccess access;
  private final Permissions permissions;

  public SuspendCheck(Cluster cluster, Permissions permissions) {
    this.cluster = cluster;
    this.access = new JobAccess(cluster, permissions);
    this.permissions = permissions;
  }

  public Decision decide(Input.SuspendJob input) {
    return decide(input.actor(), input.job(), true);
  }

  public Decision decide(Input.ResumeJob input) {
    return decide(input.actor(), input.job(), false);
  }

  private Decision decide(Actor actor, JobId id, boolean suspend) {
    JobAccess.Found found = access.see(actor, id);
    if (found.refusal() != null) {
      return found.refusal();
    }
    if (!permissions.permit(actor, new Action.SuspendJob())) {
      return Rejections.forbidden(
          "only an administrator suspends and resumes jobs; the owner of job "
              + id
              + " may hold it while it waits");
    }
    List<Job> running = running(found.job());
    if (running.isEmpty()) {
      return notRunning(found.job(), suspend);
    }
    List<Fact> facts = new ArrayList<>();
    for (Job job : running) {
      if (job.preemption().suspends()) {
        if (running.size() == 1) {
          return bySystem(job, suspend);
        }
        continue;
      }
      Suspension before = job.suspension();
      if ((before != null && before.wanted()) == suspend) {
        continue;
      }
      Node node = cluster.nodes().find(job.scriptNode()).orElseThrow();
      if (suspend && !node.facts().suspends()) {
        return Rejections.conflict(
            "id",
            "node "
                + node.name()
                + " cannot suspend runs: its agent or launcher is of an older version");
      }
      facts.add(new Fact(actor, new JobSuspendRequested(job.run(), suspend)));
    }
    return Decision.done(facts);
  }

  /** What is stopped to make room for another goes on when its cores are free, and not before. */
  private static Decision bySystem(Job job, boolean suspend) {
    String state =
        "job " + job.id() + " is suspended for job " + job.preemption().preemptor() + " already";
    return Rejections.conflict(
        "id",
        state
            + (suspend
                ? ": cancel or requeue it, or suspend it once it has gone on"
                : ": it goes on by itself as soon as its cores are free"));
  }

  /** The job if it runs; of an array the tasks that do. */
  private List<Job> running(Job job) {
    List<Job> out = new ArrayList<>();
    if (JobClock.mayGoOn(job)) {
      out.add(job);
    }
    for (Job task : cluster.jobs().tasksOf(job.id()).values()) {
      if (JobClock.mayGoOn(task)) {
        out.add(task);
      }
    }
    return out;
  }

  private static Decision notRunning(Job job, boolean suspend) {
    String what =
        job.array() != null && job.isPending()
            ? "array " + job.id() + " has no task that runs"
            : "job " + job.id() + " is " + job.state();
    return Rejections.conflict(
        "id", what + ": only a job that runs can be " + (suspend ? "suspended" : "resumed"));
  }

  /** A report that is repeated, late, or of a run that holds nothing changes nothing. */
  public Decision decide(Input.RunSuspended input, long nowMs) {
    Optional<Job> found =
        cluster
            .jobs()
            .find(input.run().job())
            .filter(job -> job.isRun(input.run()) && job.scriptNode().equals(input.node()));
    if (found.isEmpty() || !isNews(found.get(), input)) {
      return Decision.unchanged();
    }
    Job job = found.get();
    long earliestMs = JobClock.edgeMs(job);
    boolean inside = input.atMs() >= earliestMs && input.atMs() <= nowMs;
    long atMs = inside ? input.atMs() : nowMs;
    boolean billed = cluster.policy().jobPolicy().billsSuspendedTime();
    return Decision.done(
        List.of(
            new Fact(
                Actor.node(input.node()),
                input.suspended()
                    ? new JobSuspended(input.run(), atMs, billed)
                    : new JobResumed(input.run(), atMs))));
  }

  /**
   * That a run was stopped is news also when it is to go on meanwhile, unless the report is of an
   * earlier stop than the last.
   */
  private static boolean isNews(Job job, Input.RunSuspended input) {
    Suspension known = job.suspension();
    if (known == null) {
      return false;
    }
    if (job.preemption().suspends()) {
      // Its cores are given away: what was asked for before may be under way to its node no more.
      return input.suspended()
          && job.state() == JobState.RUNNING
          && input.askedMs() == known.askedMs();
    }
    return input.suspended()
        ? job.state() == JobState.RUNNING && (known.wanted() || input.atMs() > JobClock.edgeMs(job))
        : job.state() == JobState.SUSPENDED
            && (!known.wanted() || input.atMs() > JobClock.edgeMs(job));
  }
}
