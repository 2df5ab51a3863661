package org.queqiao.core.admission;

import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.event.JobKillRequested;
import org.queqiao.contract.id.Actor;
import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.RunExit;
import org.queqiao.core.lifecycle.RunOutcome;
import org.queqiao.core.message.Fact;
import org.queqiao.core.state.Job;

/** Writes the facts by which runs end. */
final class RunEnds {
  /** The longest text that a node may attach to an exit; the rest is cut off. */
  static final int MAX_DETAIL_CHARACTERS = 1000;

  private RunEnds() {}

  /** A node reported the exit of a run of its own. */
  static Fact reported(Job job, RunExit exit, NodeName node, long nowMs) {
    RunExit kept = shortened(exit);
    RunOutcome outcome = RunOutcome.reported(kept, job.killCause(), node, job.startMs(), nowMs);
    return new Fact(
        Actor.node(node),
        new JobEnded(
            job.id(),
            job.attempt(),
            outcome.state(),
            outcome.endMs(),
            kept,
            outcome.nodeTimeRejected(),
            outcome.detail()));
  }

  /** The node of a run's script is gone, and the run with it. */
  static Fact lost(Job job, long lastSignMs, String reason) {
    RunOutcome outcome =
        RunOutcome.lostWithNode(job.killCause(), job.startMs(), lastSignMs, reason);
    return new Fact(
        Actor.SCHEDULER,
        new JobEnded(
            job.id(),
            job.attempt(),
            outcome.state(),
            outcome.endMs(),
            null,
            outcome.nodeTimeRejected(),
            outcome.detail()));
  }

  /**
   * What follows for one holder of a node that lost everything. Where the script runs on another
   * node it is still alive and is told to end; its cores stay held until it has. Null when nothing
   * follows because it is being ended already.
   */
  static Fact nodeLost(Job job, NodeName node, long lastSignMs, String reason) {
    if (job.scriptNode().equals(node)) {
      return lost(job, lastSignMs, reason);
    }
    return job.state() == JobState.RUNNING
        ? new Fact(Actor.SCHEDULER, new JobKillRequested(job.run(), KillCause.NODE_FAIL))
        : null;
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
    return new RunExit(
        exit.run(),
        exit.kind(),
        exit.exitCode(),
        exit.signal(),
        exit.startMs(),
        exit.endMs(),
        exit.userUs(),
        exit.systemUs(),
        exit.maxRssBytes(),
        detail.substring(0, end));
  }
}
