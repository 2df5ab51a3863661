package org.queqiao.runtime.copy;

/** A moment lies more facts behind the nearest snapshot before it than one question may replay. */
public final class TooFarBack extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** So many facts, of at most so many. */
  public TooFarBack(long facts, long most) {
    super(
        "that moment lies "
            + facts
            + " facts after the nearest snapshot before it, and one question may replay "
            + most,
        null,
        false,
        false);
  }
}
