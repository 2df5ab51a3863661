package org.queqiao.eventlog;

/** There is no room: nothing was written, and what was stored before is untouched. */
public final class StorageFull extends LogException {
  private static final long serialVersionUID = 1L;

  public StorageFull(String message) {
    super(message);
  }
}
