package org.queqiao.agent.reconcile;

import org.queqiao.contract.agent.AgentMessage;
import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.Suspending;

/**
 * Whether the processes of one run shall be stopped, and whether they are as far as the launcher
 * has said. The truth is with the kernel: after each new connection to the launcher it is asked
 * anew.
 */
final class Standstill {
  private final RunId run;
  private Suspending wanted = Suspending.NONE;

  /** When that was asked for: another wish has another. */
  private long askedMs;

  /** Null while nothing is known. */
  private Boolean stopped;

  /** Node time since when that is known. */
  private long sinceMs;

  private boolean sure;
  private boolean asked;
  private boolean waits;

  Standstill(RunId run) {
    this.run = run;
  }

  /** The report that follows where it is so already, or null. */
  AgentMessage want(Suspending suspending, long since) {
    boolean another = askedMs != since;
    wanted = suspending;
    askedMs = since;
    return another && isAsWanted() ? told() : null;
  }

  /** Whether it stands as it shall, and nothing is under way that would change that. */
  private boolean isAsWanted() {
    boolean stop = wanted == Suspending.SUSPEND;
    return sure && !asked && stopped != null && stopped == stop;
  }

  /** A connection to the launcher has begun; its list says that the run is stopped, or does not. */
  void listed(boolean isStopped, long nowMs) {
    asked = false;
    waits = false;
    sure = isStopped;
    if (isStopped) {
      become(true, nowMs);
    }
  }

  private void become(boolean isStopped, long nowMs) {
    if (stopped == null || stopped != isStopped) {
      stopped = isStopped;
      sinceMs = nowMs;
    }
  }

  /** What the launcher is to be asked now, or null. */
  Action ask() {
    boolean stop = wanted == Suspending.SUSPEND;
    boolean matters = wanted != Suspending.NONE || Boolean.TRUE.equals(stopped);
    if (!matters || asked || waits || (sure && stopped != null && stopped == stop)) {
      return null;
    }
    asked = true;
    return new Action.Suspend(run, stop);
  }

  /** The launcher has answered; the report that follows, or null. */
  AgentMessage answered(boolean stop, SuspendReply reply, long nowMs) {
    asked = false;
    if (reply != SuspendReply.DONE) {
      waits = true;
      return null;
    }
    sure = true;
    become(stop, nowMs);
    return told();
  }

  /** What the server is to be told of it, or null; nothing while the launcher was not asked. */
  AgentMessage told() {
    boolean news = sure && stopped != null && (stopped || wanted == Suspending.RESUME);
    return news
        ? new AgentMessage.RunSuspendedReport(run, stopped, sinceMs, isAsWanted() ? askedMs : 0)
        : null;
  }

  /** Whether it is to be asked again after a while. */
  boolean waits() {
    return waits;
  }

  void waited() {
    waits = false;
  }
}
