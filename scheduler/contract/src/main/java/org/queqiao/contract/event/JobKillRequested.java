package org.queqiao.contract.event;

import org.queqiao.contract.id.RunId;
import org.queqiao.contract.job.KillCause;

/** A run is being ended. */
public record JobKillRequested(RunId run, KillCause cause) implements Event {}
