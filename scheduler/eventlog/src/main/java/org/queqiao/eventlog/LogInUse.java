package org.queqiao.eventlog;

/** Another process holds the log. */
public final class LogInUse extends LogException {
  private static final long serialVersionUID = 1L;

  public LogInUse(String message) {
    super(message);
  }
}
