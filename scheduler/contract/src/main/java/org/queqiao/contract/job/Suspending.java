package org.queqiao.contract.job;

/** What is wanted of the processes of a run. */
public enum Suspending {
  /** Nobody ever wanted them to stop. */
  NONE,
  /** All of them shall be stopped. */
  SUSPEND,
  /** They shall go on, which is reported. */
  RESUME
}
