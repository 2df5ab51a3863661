package org.queqiao.contract.event;

import org.queqiao.contract.id.RunId;

/**
 * All processes of a run are stopped: the last of the nodes on which it lives has reported it.
 *
 * @param atMs scheduler time from when on they are
 * @param billed whether the cores are billed while it stays so, by the site's policy then
 */
public record JobSuspended(RunId run, long atMs, boolean billed) implements SuspensionEvent {}
