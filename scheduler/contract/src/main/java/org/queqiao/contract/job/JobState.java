package org.queqiao.contract.job;

/**
 * The states of a job, named as Slurm names them. The list is closed. A failed launch is FAILED
 * with the step in the detail: LAUNCH_FAILED is a flag in Slurm and no state.
 */
public enum JobState {
  PENDING,
  RUNNING,
  /** All processes of its run are stopped; it keeps what it holds. */
  SUSPENDED,
  /**
   * Its processes have been told to end, or its end is not proven yet; its cores are still held.
   */
  COMPLETING,
  COMPLETED,
  CANCELLED,
  FAILED,
  TIMEOUT,
  NODE_FAIL,
  OUT_OF_MEMORY,
  /** It could not end by its deadline any more, or did not. */
  DEADLINE,
  /** It was pushed aside by another job. */
  PREEMPTED;

  /** Whether the state is final: no event leads out of it. */
  public boolean isTerminal() {
    return switch (this) {
      case PENDING, RUNNING, SUSPENDED, COMPLETING -> false;
      case COMPLETED, CANCELLED, FAILED, TIMEOUT, NODE_FAIL, OUT_OF_MEMORY, DEADLINE, PREEMPTED ->
          true;
    };
  }
}
