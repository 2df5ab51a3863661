package org.queqiao.core.admission;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.queqiao.contract.event.JobSuspendRequested;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.Allocation;
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
 * Suspending and resuming. The wish is a fact at once; that all processes of the run are stopped is
 * one when every node on which it lives has reported that, and that it goes on when one of them
 * has. Only administrators may, as in Slurm.
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

  public Decision decide(Input input) {
    return switch (input) {
      case Input.SuspendJob i -> decide(i.actor(), i.job(), true);
      case Input.ResumeJob i -> decide(i.actor(), i.job(), false);
      default -> throw new IllegalArgumentException("nothing is suspended by " + input);
    };
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
      Optional<Decision> unable = suspend ? unable(job) : Optional.empty();
      if (unable.isPresent()) {
        return unable.get();
      }
      facts.add(new Fact(actor, new JobSuspendRequested(job.run(), suspend)));
    }
    return Decision.done(facts);
  }

  /** A run may begin steps on any of its nodes, so all of them must know how. */
  private Optional<Decision> unable(Job job) {
    for (Allocation each : job.allocations()) {
      Node node = cluster.nodes().find(each.node()).orElseThrow();
      if (!node.facts().suspends()) {
        return Optional.of(
            Rejections.conflict(
                "id",
                "node "
                    + node.name()
                    + " cannot suspend runs: its agent or launcher is of an older version"));
      }
    }
    return Optional.empty();
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
}
