package org.queqiao.contract.event;

import org.queqiao.contract.id.JobId;

/** A waiting job does not start until it is released. */
public record JobHeld(JobId job, boolean byAdministrator) implements Event {}
