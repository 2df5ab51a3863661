package org.queqiao.contract.event;

import org.queqiao.contract.id.JobId;

/**
 * A waiting job was promised a start, reckoned as if everything before it ran to its limit.
 *
 * @param job the job
 * @param startMs the promised start; ends before their time may bring it earlier
 */
public record JobPromised(JobId job, long startMs) implements Event {}
