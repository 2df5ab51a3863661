package org.queqiao.runtime;

/**
 * What went wrong for good. Each ends the process with its own exit code, because nothing may be
 * acknowledged after it.
 */
public enum Fault {
  /** An append or a sync of the log failed: what is on the disk is unknown. */
  LOG_FAILED(74),
  /** A newer leader has claimed the log. */
  FENCED(75),
  /** The machine or the loop threw, which no input may cause. */
  MACHINE_FAILED(70);

  private final int exitCode;

  Fault(int exitCode) {
    this.exitCode = exitCode;
  }

  /** The code that the process exits with. */
  public int exitCode() {
    return exitCode;
  }
}
