package org.queqiao.accounting.metering;

import org.queqiao.contract.id.NodeName;

/**
 * A node as the log last told of it.
 *
 * @param node which node
 * @param cores that its agent found
 * @param type of which kind the site calls it, or empty
 * @param up whether it is connected
 * @param drained whether it gets no new jobs
 */
public record NodeNow(NodeName node, int cores, String type, boolean up, boolean drained) {
  /** Cores that can be used: none of a node that is down or drained. */
  public int usable() {
    return up && !drained ? cores : 0;
  }

  /** The same with other cores. */
  public NodeNow with(int newCores) {
    return new NodeNow(node, newCores, type, up, drained);
  }

  /** The same of another kind. */
  public NodeNow of(String newType) {
    return new NodeNow(node, cores, newType, up, drained);
  }

  /** The same connected, or not. */
  public NodeNow up(boolean isUp) {
    return new NodeNow(node, cores, type, isUp, drained);
  }

  /** The same drained, or not. */
  public NodeNow drained(boolean isDrained) {
    return new NodeNow(node, cores, type, up, isDrained);
  }
}
