package org.queqiao.contract.money;

/** Why people give money back. What rules give back by themselves has a {@link RefundCause}. */
public enum RefundReason {
  /** A part of the platform failed. */
  PLATFORM_FAULT,
  /** An administrator did something that cost the project. */
  ADMINISTRATOR,
  /** A node failed. */
  NODE_FAIL,
  /** Another job pushed it aside. */
  PREEMPTED,
  /** What was charged was wrong. */
  WRONG_CHARGE,
  /** The centre is generous. */
  GOODWILL
}
