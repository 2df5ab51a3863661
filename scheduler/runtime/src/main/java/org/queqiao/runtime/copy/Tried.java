package org.queqiao.runtime.copy;

import org.queqiao.core.forecast.TrialResult;

/**
 * What came of a trial.
 *
 * @param position the facts up to here are known
 * @param nowMs when it was tried
 * @param waits whether its job, if it has one, waits
 * @param result null when its job does not wait, or there are too many jobs to run forward
 */
public record Tried(long position, long nowMs, boolean waits, TrialResult result) {}
