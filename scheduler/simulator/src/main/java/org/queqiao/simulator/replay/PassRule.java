package org.queqiao.simulator.replay;

/** When a replay plans. */
public enum PassRule {
  /** Once for each second in which a job is submitted or ends. */
  BATCH,
  /** After each submission and each end. */
  EVENT
}
