package org.queqiao.core.admission;

import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.event.JobRequeued;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.RunExit;
import org.queqiao.core.lifecycle.RunOutcome;
import org.queqiao.core.message.Fact;
import org.queqiao.core.state.Cluster;
import org.queqiao.core.state.Job;
import org.queqiao.core.state.JobClock;

/**
 * Writes the facts by which runs end. A run that is lost with its node, or was told to, makes its
 * job wait again, unless it was submitted to run once.
 */
final class RunEnds {
  /** The longest text that a node may attach to an exit; the rest is cut off. */
  static final int MAX_DETAIL_CHARACTERS = 1000;

  private final Cluster cluster;

  RunEnds(Cluster cluster) {
    this.cluster = cluster;
  }

  /** A node reported the exit of a run of its own. */
  Fact reported(Job job, RunExit exit, NodeName node, long nowMs) {
    RunExit kept = shortened(exit);
    RunOutcome outcome =
        RunOutcome.reported(kept, job.killCause(), node, JobClock.edgeMs(job), nowMs);
    return end(Actor.node(node), job, outcome, kept);
  }

  /** The node of a run's script is gone, and the run with it. */
  Fact lost(Job job, long lastSignMs, String reason) {
    RunOutcome outcome =
        RunOutcome.lostWithNode(job.killCause(), JobClock.edgeMs(job), lastSignMs, reason);
    return end(Actor.SCHEDULER, job, outcome, null);
  }

  /**
   * What follows for one holder of a node that lost everything. Where the script runs on another
   * node it is still alive and is told to end; its cores stay held until it has. Null when nothing
   * follows because it is being ended already.
   */
  Fact nodeLost(Job job, NodeName node, long lastSignMs, String reason) {
    if (job.scriptNode().equals(node)) {
      return lost(job, lastSignMs, reason);
    }
    return JobClock.mayGoOn(job)
        ? new Fact(Actor.SCHEDULER, new JobKillRequested(job.run(), KillCause.NODE_FAIL))
        : null;
  }

  private Fact end(Actor actor, Job job, RunOutcome outcome, RunExit exit) {
    boolean preempted = job.killCause() == KillCause.PREEMPTED_REQUEUED;
    if ((outcome.state() == JobState.NODE_FAIL || preempted) && job.spec().terms().requeue()) {
      return new Fact(
          actor,
          new JobRequeued(
              job.run(),
              job.killCause() == null ? KillCause.NODE_FAIL : job.killCause(),
              outcome.endMs(),
              exit,
              outcome.nodeTimeRejected(),
              // Being pushed aside is no fault of the job, however often.
              !preempted && job.attempt() >= cluster.policy().jobPolicy().maxAttempts(),
              detail(job, outcome)));
    }
    return new Fact(
        actor,
        new JobEnded(
            job.id(),
            job.attempt(),
            outcome.state(),
            outcome.endMs(),
            exit,
            outcome.nodeTimeRejected(),
            detail(job, outcome)));
  }

  /** What happened to a run, in words; of one that was pushed aside also for whom. */
  private static String detail(Job job, RunOutcome outcome) {
    if (job.killCause() == null || RunOutcome.stateOf(job.killCause()) != JobState.PREEMPTED) {
      return outcome.detail();
    }
    String made = "made room for job " + job.preemption().preemptor();
    return outcome.detail().isEmpty() ? made : made + "; " + outcome.detail();
  }

  private static RunExit shortened(RunExit exit) {
    String detail = exit.detail();
    if (detail.length() <= MAX_DETAIL_CHARACTERS) {
      return exit;
    }
    int end = MAX_DETAIL_CHARACTERS;
    if (Character.isHighSurrogate(detail.charAt(end - 1))) {
      end--;
    }
    return exit.withDetail(detail.substring(0, end));
  }
}
