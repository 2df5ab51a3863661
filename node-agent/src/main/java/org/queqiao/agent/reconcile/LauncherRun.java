package org.queqiao.agent.reconcile;

import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.RunExit;

/**
 * A run as the launcher lists it.
 *
 * @param run which run
 * @param startMs node time of its start
 * @param exit its end, or null while it may be alive
 */
public record LauncherRun(RunId run, long startMs, RunExit exit) {
  /** Whether something of it may still be alive. */
  public boolean alive() {
    return exit == null;
  }
}
