package org.queqiao.agent.reconcile;

import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.RunExit;

/** What a {@link Reconciler} keeps of one run. */
final class RunEntry {
  /** How far the run is, as drawn at {@link Reconciler}. */
  enum Phase {
    INTENDED,
    LAUNCHING,
    ALIVE,
    ENDED,
    ACKNOWLEDGED
  }

  final RunId run;
  Phase phase;
  byte[] order;
  boolean waitsForTick;
  boolean listed;
  boolean stop;
  boolean stopSent;
  boolean forgetSent;
  int signal;
  boolean signalBatchOnly;
  boolean signalSent;
  int graceMs = Reconciler.ORPHAN_GRACE_MS;
  long startMs;
  RunExit exit;
  final Standstill still;

  RunEntry(RunId run, Phase phase) {
    this.run = run;
    this.still = new Standstill(run);
    this.phase = phase;
  }
}
