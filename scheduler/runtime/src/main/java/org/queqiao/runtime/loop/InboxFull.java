package org.queqiao.runtime.loop;

/** The scheduler takes no more questions now; the same one may be asked again in a moment. */
public final class InboxFull extends RuntimeException {
  private static final long serialVersionUID = 1;

  public InboxFull() {
    super("the scheduler is busy: try again in a second", null, false, false);
  }
}
