package org.queqiao.contract.event;

import org.queqiao.contract.id.RunId;

/**
 * The node of a run reported that all its processes are stopped.
 *
 * @param atMs scheduler time from when on they are
 * @param billed whether the cores are billed while it stays so, by the site's policy then
 */
public record JobSuspended(RunId run, long atMs, boolean billed) implements Event {}
