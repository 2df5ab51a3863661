package org.queqiao.runtime.loop;

/**
 * The kill points of the loop beyond those that {@link org.queqiao.eventlog.KillPoint} names for
 * it. All lie after the sync of a batch with facts.
 */
public enum RuntimeKillPoint {
  /** Durable, nobody has been told. */
  BEFORE_REPLY("runtime.before-reply"),
  /** The replies have left, a desired set has not. */
  BEFORE_EFFECT("runtime.before-effect"),
  /** Replies and desired sets have left, the followers have not been woken. */
  BEFORE_FEED("runtime.before-feed");

  private final String pointName;

  RuntimeKillPoint(String pointName) {
    this.pointName = pointName;
  }

  /** The name given to {@link org.queqiao.eventlog.KillPoints#reach(String)}. */
  public String pointName() {
    return pointName;
  }
}
