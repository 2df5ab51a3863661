package org.queqiao.runtime.copy;

import org.queqiao.contract.snapshot.ClusterImage;
import org.queqiao.core.forecast.Forecast;

/**
 * A forecast of a job.
 *
 * @param position the facts up to here are known
 * @param nowMs when it was made
 * @param job as it is now
 * @param never why it cannot start under the limits as they are now; empty when it can
 * @param forecast null when the job does not wait, or there are too many jobs to run forward
 */
public record Forecasted(
    long position, long nowMs, ClusterImage.JobImage job, String never, Forecast forecast) {}
