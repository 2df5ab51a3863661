package org.queqiao.agent.reconcile;

import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.RunExit;

/**
 * A run as the launcher lists it.
 *
 * @param run which run
 * @param startMs node time of its start
 * @param exit its end, or null while it may be alive
 * @param suspended whether all its processes are stopped, where the launcher knows that
 */
public record LauncherRun(RunId run, long startMs, RunExit exit, boolean suspended) {
  /** A run that is not known to be stopped. */
  public LauncherRun(RunId run, long startMs, RunExit exit) {
    this(run, startMs, exit, false);
  }

  /** Whether something of it may still be alive. */
  public boolean alive() {
    return exit == null;
  }
}
