package org.queqiao.agent.reconcile;

import java.util.Collection;
import org.queqiao.contract.agent.ServerMessage.DesiredRun;
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

  /** What its order gives it; null where no order was seen since the agent began. */
  Claim claim;

  /** The run that has to go before this one is launched, as told last; or null. */
  RunId waitsFor;

  /** Whether the launcher has it alive although its end was told. */
  boolean lingers;

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

  /** As the spool has it. */
  static RunEntry of(RunId run, SpoolImage.Kept kept) {
    RunEntry entry =
        new RunEntry(
            run,
            switch (kept.stage()) {
              case INTENT -> Phase.INTENDED;
              case RECEIPT -> Phase.ALIVE;
              case CONCLUDED -> Phase.ENDED;
              case ACKNOWLEDGED -> Phase.ACKNOWLEDGED;
            });
    entry.startMs = kept.startMs();
    entry.exit = kept.exit();
    // Until a desired set says otherwise, what the spool holds is wanted.
    entry.listed = true;
    return entry;
  }

  /** The desired set lists it. */
  void desired(DesiredRun wanted) {
    if (phase == Phase.INTENDED && wanted.signedOrder().length > 0) {
      order = wanted.signedOrder();
      claim = Claim.of(order);
    }
    if (stopSent && wanted.stop() && wanted.graceMs() < graceMs) {
      stopSent = false;
    }
    listed = true;
    stop |= wanted.stop();
    graceMs = wanted.graceMs();
    signal = wanted.signal();
    signalBatchOnly = wanted.signalBatchOnly();
  }

  /** Whether the launcher can be asked for it, as far as it goes by this run alone. */
  boolean isToLaunch() {
    return phase == Phase.INTENDED && order != null && listed && !stop && !waitsForTick;
  }

  /**
   * Which of these it must not be launched beside, or null. The server has taken a run that it does
   * not list for ended, and has given its cores away; until it is gone nobody else gets them.
   */
  RunEntry inTheWay(Collection<RunEntry> runs) {
    for (RunEntry other : runs) {
      if (other.livesUnlisted()
          && (other.run.job().equals(run.job()) || Claim.meet(claim, other.claim))) {
        return other;
      }
    }
    return null;
  }

  private boolean livesUnlisted() {
    return lingers || (!listed && (phase == Phase.LAUNCHING || phase == Phase.ALIVE));
  }
}
