package org.queqiao.agent.reconcile;

import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.id.RunId;

/**
 * What the driver of a {@link Reconciler} has to do, in order.
 *
 * <p>A {@link Write} whose record must be durable is synced before any later action that is not a
 * write. Many writes, also of several inputs, may share one sync.
 */
public sealed interface Action {
  /** Append to the spool. */
  record Write(SpoolRecord record) implements Action {}

  /** Pass this order to the launcher; its answer comes back by {@link Reconciler#onLaunched}. */
  record Launch(RunId run, byte[] signedOrder) implements Action {}

  /** Nothing to do but to log it: a run is not launched before the other one is gone. */
  record Hold(RunId run, RunId until) implements Action {
    /** In words. */
    public String reason() {
      return "run "
          + run
          + " is launched when run "
          + until
          + " is gone: the server does not list it any more, and it still holds cores or devices"
          + " or is of the same job";
    }
  }

  /** End all processes of a run: TERM, and KILL after {@code graceMs}. */
  record Stop(RunId run, int graceMs) implements Action {}

  /**
   * Send a signal to a run once. After a restart of the agent it may be sent again.
   *
   * @param batchOnly to its batch script alone; else to every process
   */
  record Signal(RunId run, int number, boolean batchOnly) implements Action {}

  /**
   * Stop all processes of a run where they are, or let them go on; the answer comes back by {@link
   * Reconciler#onSuspended}.
   */
  record Suspend(RunId run, boolean stop) implements Action {}

  /** The launcher may delete what it keeps of a run. */
  record Forget(RunId run) implements Action {}

  /** Tell the server; lost when there is no connection, because each new one starts from hello. */
  record Report(AgentMessage message) implements Action {}

  /** An input was refused; log and count it. */
  record Refuse(String reason) implements Action {}
}
