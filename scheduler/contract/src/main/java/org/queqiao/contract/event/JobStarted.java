package org.queqiao.contract.event;

import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;

/**
 * The script of a run was seen to start.
 *
 * @param run which run
 * @param node where
 * @param startMs node time
 */
public record JobStarted(RunId run, NodeName node, long startMs) implements Event {}
