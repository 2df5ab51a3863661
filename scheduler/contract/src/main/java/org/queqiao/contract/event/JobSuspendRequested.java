package org.queqiao.contract.event;

import org.queqiao.contract.id.RunId;

/**
 * Somebody wants a run to stop where it is, or to go on.
 *
 * @param suspend true to stop, false to go on
 */
public record JobSuspendRequested(RunId run, boolean suspend) implements Event {}
