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
 */
public record NodeDown(NodeName node, long lastSeenMs, String reason, String newBootId)
    implements Event {
  /** Silence, which proves nothing. */
  public NodeDown(NodeName node, long lastSeenMs, String reason) {
    this(node, lastSeenMs, reason, "");
  }
}
