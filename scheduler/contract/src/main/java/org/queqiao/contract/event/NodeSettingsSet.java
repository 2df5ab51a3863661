package org.queqiao.contract.event;

import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.node.NodeSettings;

/** The site says of a node what its agent cannot find. */
public record NodeSettingsSet(NodeName node, NodeSettings settings) implements Event {}
