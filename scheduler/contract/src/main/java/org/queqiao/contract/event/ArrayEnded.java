package org.queqiao.contract.event;

import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.JobState;

/**
 * All tasks of an array have ended.
 *
 * @param state {@code COMPLETED} when all of them are, {@code CANCELLED} when the others were
 *     cancelled, else {@code FAILED}
 * @param endMs when the last one ended
 */
public record ArrayEnded(JobId array, JobState state, long endMs) implements Event {}
