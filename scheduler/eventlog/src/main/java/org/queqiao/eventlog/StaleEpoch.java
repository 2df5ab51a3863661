package org.queqiao.eventlog;

/** The caller is not, or is no longer, the one writer: nothing was written. */
public final class StaleEpoch extends LogException {
  private static final long serialVersionUID = 1L;

  public StaleEpoch(String message) {
    super(message);
  }
}
