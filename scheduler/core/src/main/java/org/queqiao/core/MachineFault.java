package org.queqiao.core;

/**
 * Something that cannot happen has happened: an event that is not legal in this state, or an index
 * that contradicts what it was derived from. The process ends and recovers from the log.
 */
public class MachineFault extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  public MachineFault(String message) {
    super(message);
  }

  public MachineFault(String message, Throwable cause) {
    super(message, cause);
  }
}
