package org.queqiao.runtime.recovery;

/** The log cannot be turned into a state; the message says where, why, and what to do. */
public final class RecoveryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public RecoveryException(String message) {
    super(message);
  }

  public RecoveryException(String message, Throwable cause) {
    super(message, cause);
  }
}
