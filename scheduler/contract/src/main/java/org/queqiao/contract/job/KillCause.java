package org.queqiao.contract.job;

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
  PREEMPTED_REQUEUED
}
