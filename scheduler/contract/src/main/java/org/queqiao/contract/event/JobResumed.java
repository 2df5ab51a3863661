package org.queqiao.contract.event;

import org.queqiao.contract.id.RunId;

/**
 * The node of a run reported that its processes go on.
 *
 * @param atMs scheduler time from when on they do
 */
public record JobResumed(RunId run, long atMs) implements Event {}
