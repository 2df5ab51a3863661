package org.queqiao.agent.launcher;

import org.queqiao.agent.reconcile.SuspendReply;
import org.queqiao.contract.id.RunId;

/** Hears the launcher's answers, on the thread that reads them. */
public interface LauncherListener {
  /** The answer to a launch. */
  void launched(RunId run, LaunchAnswer answer);

  /** The answer to a read. */
  void outputRead(long requestId, ReadAnswer answer);

  /** The answer to a wish that a run stops, or goes on. */
  void suspended(RunId run, boolean stop, SuspendReply reply);

  /** A stop or a forget was not carried out, for this reason. */
  void notDone(String what, String reason);
}
