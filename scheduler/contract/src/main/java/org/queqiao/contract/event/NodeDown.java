package org.queqiao.contract.event;

import org.queqiao.contract.id.NodeName;

/**
 * A node has not been heard of, or has been started anew. Its cores are not given away by this.
 *
 * @param node the node
 * @param lastSeenMs scheduler time of its last proven life sign
 * @param reason in words
 * @param newBootId the boot under which the node came back, which proves that everything of the
 *     boot before is gone; empty where nothing is proven
 * @param silentMs how long one server has heard nothing of it, by a clock that only runs, which
 *     proves that runs whose lease it outlasts are gone; 0 where nothing is proven
 */
public record NodeDown(
    NodeName node, long lastSeenMs, String reason, String newBootId, long silentMs)
    implements Event {
  /** A node that was started anew, or of which nothing is proven. */
  public NodeDown(NodeName node, long lastSeenMs, String reason, String newBootId) {
    this(node, lastSeenMs, reason, newBootId, 0);
  }

  /** Silence, which proves nothing. */
  public NodeDown(NodeName node, long lastSeenMs, String reason) {
    this(node, lastSeenMs, reason, "");
  }
}
