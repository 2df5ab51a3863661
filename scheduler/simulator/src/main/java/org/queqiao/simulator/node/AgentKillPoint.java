package org.queqiao.simulator.node;

/** Where the agent can be killed, in the order in which a run comes to them. */
public enum AgentKillPoint {
  BEFORE_INTENT("agent.before-intent"),
  AFTER_INTENT_BEFORE_SYNC("agent.after-intent-before-sync"),
  AFTER_SYNC_BEFORE_FORK("agent.after-sync-before-fork"),
  AFTER_FORK_BEFORE_RECEIPT("agent.after-fork-before-receipt"),
  AFTER_EXIT_RECORD_BEFORE_REPORT("agent.after-exit-record-before-report"),
  AFTER_REPORT_BEFORE_ACKNOWLEDGEMENT("agent.after-report-before-acknowledgement"),
  BEFORE_SUSPEND("agent.before-suspend"),
  AFTER_SUSPEND_BEFORE_REPORT("agent.after-suspend-before-report"),
  BEFORE_STOP("agent.before-stop"),
  BEFORE_FORGET("agent.before-forget");

  private final String pointName;

  AgentKillPoint(String pointName) {
    this.pointName = pointName;
  }

  /** The name of the place. */
  public String pointName() {
    return pointName;
  }
}
