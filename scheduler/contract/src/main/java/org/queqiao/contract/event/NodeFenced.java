package org.queqiao.contract.event;

import org.queqiao.contract.id.NodeName;

/** An operator states that nothing of this node can still run. */
public record NodeFenced(NodeName node, String reason) implements Event {}
