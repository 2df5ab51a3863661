package org.queqiao.contract.event;

import org.queqiao.contract.id.JobId;
import org.queqiao.contract.job.JobState;
import org.queqiao.contract.job.TaskIndices;

/**
 * Waiting tasks of an array ended without a start.
 *
 * @param tasks which
 * @param state {@code CANCELLED} or {@code DEADLINE}
 * @param endMs when
 * @param detail why, in words
 */
public record ArrayTasksEnded(
    JobId array, TaskIndices tasks, JobState state, long endMs, String detail) implements Event {}
