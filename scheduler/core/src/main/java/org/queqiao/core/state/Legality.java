package org.queqiao.core.state;

/** The one way in which an illegal fact is refused. */
final class Legality {
  private Legality() {}

  static void require(boolean legal, String what) {
    if (!legal) {
      throw new IllegalStateException("not legal here: " + what);
    }
  }
}
