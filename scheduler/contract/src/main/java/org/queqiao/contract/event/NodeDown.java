package org.queqiao.contract.event;

import org.queqiao.contract.id.NodeName;

/**
 * A node has not been heard of. Its cores are not given away by this.
 *
 * @param node the node
 * @param lastSeenMs scheduler time of its last proven life sign
 * @param reason in words
 */
public record NodeDown(NodeName node, long lastSeenMs, String reason) implements Event {}
