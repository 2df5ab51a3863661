package org.queqiao.contract.event;

import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.JobSpec;

/**
 * A job that has not ended asks for something else from now on.
 *
 * @param spec all that it asks for after the change; script and environment are those of its
 *     submission
 */
public record JobChanged(JobId job, JobSpec spec) implements Event {}
