package org.queqiao.contract.event;

import org.queqiao.contract.id.NodeName;

/** A node is connected and reconciled under this boot. */
public record NodeUp(NodeName node, String bootId) implements Event {}
