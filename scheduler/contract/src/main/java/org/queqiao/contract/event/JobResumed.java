package org.queqiao.contract.event;

import org.queqiao.contract.id.RunId;

/**
 * Processes of a run go on: the first of the nodes on which it lives has reported it.
 *
 * @param atMs scheduler time from when on they do
 */
public record JobResumed(RunId run, long atMs) implements SuspensionEvent {}
