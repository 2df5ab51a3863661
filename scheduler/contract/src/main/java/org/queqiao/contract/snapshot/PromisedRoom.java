package org.queqiao.contract.snapshot;

import org.queqiao.contract.job.PromisedNodes;

/**
 * The room that is held for a waiting job.
 *
 * @param fromMs from when on, for as long as the job may run
 * @param nodes where
 */
public record PromisedRoom(long fromMs, PromisedNodes nodes) {}
