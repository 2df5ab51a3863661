package org.queqiao.contract.event;

import org.queqiao.contract.id.JobId;
import org.queqiao.contract.observe.ObservedRun;

/**
 * A run of before, or from elsewhere, was read from a file.
 *
 * @param job the number by which the run is known here
 * @param billed whether it is paid by the prices that held when it ran, or only shown and metered
 * @param run what the file says
 */
public record RunImported(JobId job, boolean billed, ObservedRun run) implements ObservedEvent {}
