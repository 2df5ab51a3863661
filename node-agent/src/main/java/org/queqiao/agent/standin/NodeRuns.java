package org.queqiao.agent.standin;

import java.util.List;
import org.queqiao.agent.reconcile.LaunchReply;
import org.queqiao.agent.reconcile.LauncherRun;
import org.queqiao.agent.reconcile.SuspendReply;
import org.queqiao.contract.id.RunId;

/** The runs of a node, in place of its launcher. Called under the lock of the node. */
public interface NodeRuns {
  /** Starts a run unless it is held already. */
  LaunchReply launch(RunId run, byte[] signedOrder, long nowMs);

  /** Lets a run stand still, or go on. */
  SuspendReply suspend(RunId run, boolean stop, long nowMs);

  /** Ends a run by TERM, and after the grace by KILL. */
  void stop(RunId run, int graceMs);

  /** Sends a signal, to the batch script alone or to all of a run. */
  void signal(RunId run, int number, boolean batchOnly);

  /** The end of a run is known and need not be kept. */
  void forget(RunId run);

  /** All that is held. */
  List<LauncherRun> list();

  /** What the runs use now. */
  Load load(long nowMs);

  /**
   * What the runs of a node use.
   *
   * @param busyCores cores in use
   * @param busyUs CPU time so far, in microseconds
   * @param usedBytes memory in use
   */
  record Load(int busyCores, long busyUs, long usedBytes) {}
}
