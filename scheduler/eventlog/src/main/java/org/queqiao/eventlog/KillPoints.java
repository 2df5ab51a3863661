package org.queqiao.eventlog;

/**
 * Called at every place where a crash is interesting, so that a test can crash there: the simulator
 * throws, a real process kills itself.
 */
@FunctionalInterface
public interface KillPoints {
  /** What production uses: nothing happens. */
  KillPoints NONE = name -> {};

  /**
   * The named point is reached now. What this throws leaves the log faulted.
   *
   * @param name see {@link KillPoint#pointName()}; other modules add names of their own
   */
  void reach(String name);

  /** The point of the log is reached now. */
  default void reach(KillPoint point) {
    reach(point.pointName());
  }
}
