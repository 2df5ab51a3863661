package org.queqiao.contract.policy;

/** What becomes of a run that is pushed aside. */
public enum PreemptMode {
  /** It is not pushed aside. */
  OFF,
  /** Its job waits and runs again; one that was submitted to run once ends. */
  REQUEUE,
  /** Its job ends. */
  CANCEL,
  /** Its processes are stopped where they are and go on when its cores are free again. */
  SUSPEND
}
