package org.queqiao.contract.job;

import org.queqiao.contract.id.ReservationName;

/** Why a running job is being ended before its own end. */
public enum KillCause {
  CANCELLED,
  TIMEOUT,
  /** One of its nodes was lost while its script runs on another. */
  NODE_FAIL,
  /** Its deadline has come before its time limit. */
  DEADLINE,
  /** It shall wait and run again. */
  REQUEUED,
  /** It made room for a job of a quality of service that may push it aside. */
  PREEMPTED,
  /** As {@link #PREEMPTED}, and it shall wait and run again. */
  PREEMPTED_REQUEUED,
  /** The reservation that it runs in is over, and ends its jobs. */
  RESERVATION;

  /**
   * What the state in which such a run ends does not say, in words; or empty.
   *
   * @param reservation in which it runs, or null
   */
  public String detail(ReservationName reservation) {
    return this == RESERVATION
        ? "reservation " + reservation + " was over, and ends the jobs that run in it"
        : "";
  }
}
