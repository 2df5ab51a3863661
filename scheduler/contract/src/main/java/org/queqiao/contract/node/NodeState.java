package org.queqiao.contract.node;

/** Whether a node takes part. Draining is kept beside it. */
public enum NodeState {
  /** Connected and proven alive. */
  UP,
  /** Not heard of; what it ran is neither ended nor given away. */
  DOWN
}
