package org.queqiao.contract.event;

import org.queqiao.contract.id.JobId;

/**
 * A waiting task of an array becomes a job of its own, because it is about to start.
 *
 * @param array the array that it leaves
 * @param task its index
 * @param job its number from now on
 */
public record ArrayTaskSplit(JobId array, int task, JobId job) implements Event {}
