package org.queqiao.contract.money;

/** Why a run ended, where that is not its owner's doing. */
public enum RefundCause {
  /** Its node failed. */
  NODE_FAIL,
  /** Another job pushed it aside. */
  PREEMPTED,
  /** It was told to end in order to run again. */
  REQUEUED,
  /** An operator ended it because the platform failed it. */
  PLATFORM_FAULT,
  /** An operator ended it who is not of its project. */
  ADMINISTRATOR
}
