package org.queqiao.contract.event;

import org.queqiao.contract.id.NodeName;

/** A node gets new jobs again. */
public record NodeResumed(NodeName node) implements Event {}
