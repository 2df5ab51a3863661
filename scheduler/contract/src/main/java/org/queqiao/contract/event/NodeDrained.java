package org.queqiao.contract.event;

import org.queqiao.contract.id.NodeName;

/** A node gets no new jobs. */
public record NodeDrained(NodeName node, String reason) implements Event {}
