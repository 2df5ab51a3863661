package org.queqiao.core.lifecycle;

import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.RunExit;

/**
 * What the end of a run means for its job.
 *
 * @param state final
 * @param endMs scheduler time of the end
 * @param nodeTimeRejected whether the node's own end time lay outside the run
 * @param detail in words, or empty
 */
public record RunOutcome(JobState state, long endMs, boolean nodeTimeRejected, String detail) {
  /**
   * A run reported its exit. The cause of a kill wins over what the exit looks like: a script that
   * traps TERM and returns 0 was cancelled all the same.
   *
   * @param cause why it was being ended, or null
   * @param startMs allocation of the run, or when it was last stopped or went on
   * @param nowMs logical time of the report
   */
  public static RunOutcome reported(
      RunExit exit, KillCause cause, NodeName node, long startMs, long nowMs) {
    boolean inside = exit.endMs() >= startMs && exit.endMs() <= nowMs;
    long endMs = inside ? exit.endMs() : nowMs;
    JobState state = cause == null ? stateOf(exit) : stateOf(cause);
    return new RunOutcome(state, endMs, !inside, detail(exit, node));
  }

  /**
   * A run went down with its node. A job that was being ended anyway keeps that cause.
   *
   * @param cause why it was being ended, or null
   * @param startMs allocation of the run, or when it was last stopped or went on
   * @param lastSignMs last proven life sign of the node
   * @param reason what happened to the node, in words
   */
  public static RunOutcome lostWithNode(
      KillCause cause, long startMs, long lastSignMs, String reason) {
    JobState state = cause == null ? JobState.NODE_FAIL : stateOf(cause);
    return new RunOutcome(state, Math.max(startMs, lastSignMs), false, reason);
  }

  /** The final state of a job that was ended for this cause. */
  public static JobState stateOf(KillCause cause) {
    return switch (cause) {
      case CANCELLED -> JobState.CANCELLED;
      // It got the time that its reservation has, as others get that of their limit.
      case TIMEOUT, RESERVATION -> JobState.TIMEOUT;
      case NODE_FAIL -> JobState.NODE_FAIL;
      case DEADLINE -> JobState.DEADLINE;
      // A job that is told to run again and may not has lost its run as with its node.
      case REQUEUED -> JobState.NODE_FAIL;
      case PREEMPTED, PREEMPTED_REQUEUED -> JobState.PREEMPTED;
    };
  }

  /** Whether a run that is ended for this cause may be followed by another. */
  public static boolean isRequeue(KillCause cause) {
    return cause == KillCause.NODE_FAIL
        || cause == KillCause.REQUEUED
        || cause == KillCause.PREEMPTED_REQUEUED;
  }

  private static JobState stateOf(RunExit exit) {
    return switch (exit.kind()) {
      case EXITED ->
          exit.exitCode() == 0 && exit.signal() == 0 ? JobState.COMPLETED : JobState.FAILED;
      case OUT_OF_MEMORY -> JobState.OUT_OF_MEMORY;
      // What the node could not do is no fault of the job.
      case LAUNCH_FAILED -> exit.nodeFault().isEmpty() ? JobState.FAILED : JobState.NODE_FAIL;
      // Slurm too ends a job whose batch step vanished as a fault of the node, not of the user.
      case LOST -> JobState.NODE_FAIL;
    };
  }

  private static String detail(RunExit exit, NodeName node) {
    return switch (exit.kind()) {
      case EXITED, OUT_OF_MEMORY -> exit.detail();
      case LAUNCH_FAILED -> "launch failed on " + node + ": " + exit.detail();
      case LOST ->
          "the run is gone from "
              + node
              + " and its exit could not be seen"
              + (exit.detail().isEmpty() ? "" : ": " + exit.detail());
    };
  }
}
