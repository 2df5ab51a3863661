package org.queqiao.contract.event;

import org.queqiao.contract.id.RunId;

/**
 * What a run has done until a moment is saved: it need not be done again.
 *
 * @param atMs that moment
 */
public record RunCheckpointed(RunId run, long atMs) implements Event {}
