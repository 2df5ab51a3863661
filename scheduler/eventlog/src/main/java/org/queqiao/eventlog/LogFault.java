package org.queqiao.eventlog;

/**
 * A write or sync of the log failed: the process must end.
 *
 * <p>The kernel may drop the pages that it could not write and call the next sync a success, so a
 * retry would acknowledge what is lost.
 */
public final class LogFault extends LogException {
  private static final long serialVersionUID = 1L;

  public LogFault(String message, Throwable cause) {
    super(message, cause);
  }
}
