package org.queqiao.core.admission;

import java.util.ArrayList;
import java.util.List;
import org.queqiao.contract.event.ArrayTasksEnded;
import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.OperatorCause;
import org.queqiao.contract.job.TaskIndices;
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
  private static final String WAITED = "cancelled before its start";

  private final Cluster cluster;
  private final JobAccess access;
  private final OperatorCauses causes;

  public CancelCheck(Cluster cluster, Permissions permissions) {
    this.cluster = cluster;
    this.access = new JobAccess(cluster, permissions);
    this.causes = new OperatorCauses(cluster, permissions);
  }

  public Decision decide(Input.CancelJob input, long nowMs) {
    JobAccess.Found found = access.find(input.actor(), input.job());
    if (found.refusal() != null) {
      return found.refusal();
    }
    Job job = found.job();
    if (job.array() != null) {
      TaskIndices all = job.spec().array().tasks();
      return tasks(input.actor(), job, all, job.array().waitingTasks(all), input.operator(), nowMs);
    }
    Decision refusal = causes.refusal(input.actor(), job, input.operator());
    if (refusal == null) {
      refusal = OperatorCauses.tooLate(job, input.operator());
    }
    return refusal != null
        ? refusal
        : Decision.done(cancel(input.actor(), job, input.operator(), nowMs));
  }

  /** Some tasks of an array; those that have ended stay as they are. */
  public Decision decide(Input.CancelTasks input, long nowMs) {
    JobAccess.Found found = access.find(input.actor(), input.array());
    if (found.refusal() != null) {
      return found.refusal();
    }
    Job array = found.job();
    TaskChoice choice = TaskChoice.of(array, input.tasks());
    return choice.refusal() != null
        ? choice.refusal()
        : tasks(
            input.actor(),
            array,
            choice.asked(),
            TaskChoice.orNull(choice.waiting()),
            input.operator(),
            nowMs);
  }

  /** Waiting tasks by one fact, those that are jobs of their own each by its own. */
  private Decision tasks(
      Actor actor,
      Job array,
      TaskIndices asked,
      TaskIndices waiting,
      OperatorCause named,
      long nowMs) {
    Decision refusal = causes.refusal(actor, array, named);
    if (refusal == null && waiting == null) {
      refusal = tooLate(array, asked, named);
    }
    if (refusal != null) {
      return refusal;
    }
    List<Fact> facts = new ArrayList<>();
    if (waiting != null) {
      facts.add(
          new Fact(
              actor, new ArrayTasksEnded(array.id(), waiting, JobState.CANCELLED, nowMs, WAITED)));
    }
    for (Job task : cluster.jobs().tasksOf(array.id()).values()) {
      if (facts.size() > Decision.PART) {
        break;
      }
      if (asked.ordinalOf(task.task().index()) >= 0) {
        facts.addAll(cancel(actor, task, named, nowMs));
      }
    }
    return Decision.inParts(facts);
  }

  /** What tasks are ended for is said of one at least whose run can still be ended for it. */
  private Decision tooLate(Job array, TaskIndices asked, OperatorCause named) {
    if (named == null || array.state().isTerminal()) {
      return OperatorCauses.tooLate(array, named);
    }
    Decision last = null;
    for (Job task : cluster.jobs().tasksOf(array.id()).values()) {
      if (asked.ordinalOf(task.task().index()) >= 0) {
        last = OperatorCauses.tooLate(task, named);
        if (last == null) {
          return null;
        }
      }
    }
    return last != null && asked.count() == 1
        ? last
        : Rejections.conflict(
            "cause",
            "of array "
                + array.id()
                + " all of the tasks "
                + asked.shortened(8)
                + " are being ended or have ended already: what comes back for them is proposed as"
                + " refunds");
  }

  private List<Fact> cancel(Actor actor, Job job, OperatorCause named, long nowMs) {
    return switch (job.state()) {
      case PENDING ->
          List.of(
              new Fact(
                  actor,
                  new JobEnded(
                      job.id(), job.attempt(), JobState.CANCELLED, nowMs, null, false, WAITED)));
      case RUNNING, SUSPENDED, COMPLETING ->
          OperatorCauses.mayEnd(job)
              ? List.of(
                  new Fact(
                      actor,
                      new JobKillRequested(
                          job.run(), KillCause.CANCELLED, causes.of(actor, job, named))))
              : List.of();
      case COMPLETED, CANCELLED, FAILED, TIMEOUT, NODE_FAIL, OUT_OF_MEMORY, DEADLINE, PREEMPTED ->
          List.of();
    };
  }
}
