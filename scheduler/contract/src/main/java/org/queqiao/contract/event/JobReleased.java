package org.queqiao.contract.event;

import org.queqiao.contract.id.JobId;

/** A held job may start again. */
public record JobReleased(JobId job) implements Event {}
