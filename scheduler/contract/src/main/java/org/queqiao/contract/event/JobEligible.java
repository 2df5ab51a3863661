package org.queqiao.contract.event;

import org.queqiao.contract.id.JobId;

/** The time has come from which a waiting job may start, as far as its own terms go. */
public record JobEligible(JobId job) implements Event {}
