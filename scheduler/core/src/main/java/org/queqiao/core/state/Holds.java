package org.queqiao.core.state;

import org.queqiao.contract.snapshot.ClusterImage;

/**
 * What keeps a waiting job from its start by somebody's will. The common ones are shared, so that a
 * job that nobody holds costs nothing for it.
 *
 * @param byUser its user holds it
 * @param byAdministrator an administrator holds it, or it was started too often
 * @param forRequeues an administrator must look at it because it was started so often
 */
record Holds(boolean byUser, boolean byAdministrator, boolean forRequeues) {
  /** Nobody holds it. */
  static final Holds NONE = new Holds(false, false, false);

  private static final Holds USER = new Holds(true, false, false);

  static Holds of(ClusterImage.JobImage image) {
    return shared(image.heldByUser(), image.heldByAdministrator(), image.heldForRequeues());
  }

  Holds byItsUser() {
    return shared(true, byAdministrator, forRequeues);
  }

  Holds byAnAdministrator() {
    return shared(byUser, true, forRequeues);
  }

  /** Its run is over and it waits again: held for an administrator to look at it, or not. */
  Holds afterRequeue(boolean held) {
    return shared(byUser, held, held);
  }

  /** Whether nobody's hold is in the way of its start. */
  boolean letItStart() {
    return !byUser && !byAdministrator;
  }

  private static Holds shared(boolean byUser, boolean byAdministrator, boolean forRequeues) {
    if (byAdministrator || forRequeues) {
      return new Holds(byUser, byAdministrator, forRequeues);
    }
    return byUser ? USER : NONE;
  }
}
