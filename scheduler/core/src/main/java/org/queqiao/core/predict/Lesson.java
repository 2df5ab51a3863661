package org.queqiao.core.predict;

import org.queqiao.contract.event.JobEnded;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.KillCause;
import org.queqiao.contract.job.OperatorCause;
import org.queqiao.contract.job.RunExit;

/**
 * Whether the end of a run says how long runs like it need: not when it was cut short by something
 * else than itself, its user or its limit.
 */
public final class Lesson {
  private Lesson() {}

  /**
   * Whether an end says so.
   *
   * @param told why the run was told to end, or null
   */
  public static boolean in(JobEnded event, KillCause told) {
    return in(event.state(), event.exit(), told, event.operator());
  }

  /**
   * As above.
   *
   * @param exit what a node recorded, or null
   * @param told why the run was told to end, or null
   * @param operator what an operator ended it for, or null
   */
  public static boolean in(JobState state, RunExit exit, KillCause told, OperatorCause operator) {
    boolean ranItself =
        switch (state) {
          case COMPLETED, FAILED, TIMEOUT, OUT_OF_MEMORY, CANCELLED -> true;
          case PENDING, RUNNING, SUSPENDED, COMPLETING, NODE_FAIL, DEADLINE, PREEMPTED -> false;
        };
    return ranItself
        && exit != null
        && exit.kind() != RunExit.Kind.LAUNCH_FAILED
        && told != KillCause.RESERVATION
        && operator == null;
  }
}
