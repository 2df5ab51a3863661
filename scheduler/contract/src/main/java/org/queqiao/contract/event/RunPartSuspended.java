package org.queqiao.contract.event;

import org.queqiao.contract.id.NodeName;
import org.queqiao.contract.id.RunId;

/**
 * All of a run that lives on one of its nodes is stopped, as was asked for last, while something of
 * it may still go on elsewhere. With the last of its nodes the run is suspended: {@link
 * JobSuspended}. Another wish makes it void.
 *
 * @param atMs scheduler time from when on it is stopped there
 */
public record RunPartSuspended(RunId run, NodeName node, long atMs) implements SuspensionEvent {}
