package org.queqiao.core.admission;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.OperatorCause;
import org.queqiao.core.message.Decision;
import org.queqiao.core.message.Fact;
import org.queqiao.core.message.Input;
import org.queqiao.core.permission.Permissions;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.JobClock;

/**
 * Telling a running job to run again from its beginning. Its run is told to end; with the report of
 * its node the job waits, and the next run has the next number.
 */
public final class RequeueCheck {
  private final Cluster cluster;
  private final JobAccess access;
  private final OperatorCauses causes;

  public RequeueCheck(Cluster cluster, Permissions permissions) {
    this.cluster = cluster;
    this.access = new JobAccess(cluster, permissions);
    this.causes = new OperatorCauses(cluster, permissions);
  }

  public Decision decide(Input.RequeueJob input) {
    JobAccess.Found found = access.find(input.actor(), input.job());
    if (found.refusal() != null) {
      return found.refusal();
    }
    Job job = found.job();
    Decision refusal = causes.refusal(input.actor(), job, input.operator());
    if (refusal != null) {
      return refusal;
    }
    if (input.tasks() != null) {
      return tasks(input, job);
    }
    return job.array() != null && job.isPending() ? array(input, job) : one(input, job);
  }

  /** Some tasks of an array: each that runs and may run again. */
  private Decision tasks(Input.RequeueJob input, Job array) {
    TaskChoice choice = TaskChoice.of(array, input.tasks());
    if (choice.refusal() != null) {
      return choice.refusal();
    }
    List<Job> jobs = choice.jobs(cluster.jobs().tasksOf(array.id()));
    if (choice.asked().count() == 1 && jobs.size() == 1) {
      return one(input, jobs.getFirst());
    }
    List<Fact> facts = new ArrayList<>();
    for (Job task : jobs) {
      if (JobClock.mayGoOn(task) && task.spec().terms().requeue()) {
        facts.addAll(one(input, task).facts());
      }
    }
    return facts.isEmpty() && !areEnding(jobs, input.operator())
        ? Rejections.conflict(
            "tasks",
            "of array "
                + array.id()
                + " none of the tasks "
                + choice.asked().shortened(8)
                + " runs and may run again")
        : Decision.inParts(facts);
  }

  /** Every running task of an array. */
  private Decision array(Input.RequeueJob input, Job array) {
    List<Fact> facts = new ArrayList<>();
    for (Job task : cluster.jobs().tasksOf(array.id()).values()) {
      if (JobClock.mayGoOn(task) && task.spec().terms().requeue()) {
        facts.addAll(one(input, task).facts());
      }
    }
    return facts.isEmpty()
            && !areEnding(cluster.jobs().tasksOf(array.id()).values(), input.operator())
        ? Rejections.conflict(
            "id", "array " + array.id() + " has no task that runs and may run again")
        : Decision.inParts(facts);
  }

  /** Whether a task is being ended so to run again, so that the wish is fulfilled already. */
  private static boolean areEnding(Collection<Job> tasks, OperatorCause named) {
    return tasks.stream()
        .anyMatch(task ->
            task.state() == JobState.COMPLETING
                && task.killCause() == KillCause.REQUEUED
                && OperatorCauses.tooLate(task, named) == null);
  }

  private Decision one(Input.RequeueJob input, Job job) {
    if (!job.spec().terms().requeue()) {
      return Rejections.conflict(
          "id",
          "job " + job.id() + " was submitted to run once (requeue is false): submit it anew");
    }
    return switch (job.state()) {
      case RUNNING, SUSPENDED ->
          Decision.done(
              List.of(
                  new Fact(
                      input.actor(),
                      new JobKillRequested(
                          job.run(),
                          KillCause.REQUEUED,
                          causes.of(input.actor(), job, input.operator())))));
      case COMPLETING ->
          job.killCause() == KillCause.REQUEUED || job.killCause() == KillCause.PREEMPTED_REQUEUED
              ? Objects.requireNonNullElseGet(
                  OperatorCauses.tooLate(job, input.operator()), Decision::unchanged)
              : Rejections.conflict(
                  "id", "job " + job.id() + " is being ended (" + job.killCause() + ")");
      case PENDING -> Rejections.conflict("id", "job " + job.id() + " waits to run already");
      case COMPLETED, CANCELLED, FAILED, TIMEOUT, NODE_FAIL, OUT_OF_MEMORY, DEADLINE, PREEMPTED ->
          Rejections.conflict(
              "id",
              "job "
                  + job.id()
                  + " has ended ("
                  + job.state()
                  + "): submit it anew to run it again");
    };
  }
}
