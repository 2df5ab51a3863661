package org.queqiao.contract.event;

import org.queqiao.contract.node.NodeFacts;

/** A node is known with these facts. */
public record NodeRegistered(NodeFacts facts) implements Event {}
