package org.queqiao.eventlog;

/** Everything that a log refuses or fails with. */
public abstract sealed class LogException extends RuntimeException
    permits StorageFull, StaleEpoch, LogFault, CorruptLog, LogInUse {
  private static final long serialVersionUID = 1L;

  LogException(String message) {
    super(message);
  }

  LogException(String message, Throwable cause) {
    super(message, cause);
  }
}
