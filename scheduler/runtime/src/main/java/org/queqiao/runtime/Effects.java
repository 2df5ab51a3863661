package org.queqiao.runtime;

import org.queqiao.core.message.DesiredState;

/** What leaves the scheduler towards the nodes. */
@FunctionalInterface
public interface Effects {
  /**
   * What shall run on a node has changed, or the node has just registered and needs to be told. The
   * facts behind it are durable. Called from the loop's thread: it must not block. A call that is
   * lost does no harm, because the set is told whole and again at every registration.
   *
   * @param desired everything that shall run there
   * @param epoch term of this leader
   */
  void desiredChanged(DesiredState desired, long epoch);
}
