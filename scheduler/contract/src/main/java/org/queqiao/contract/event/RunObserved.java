package org.queqiao.contract.event;

import org.queqiao.contract.id.JobId;
import org.queqiao.contract.observe.ObservedRun;

/**
 * A run of another scheduler is over, as its bridge tells.
 *
 * @param job the number by which the run is known here; a run elsewhere has one number for ever
 * @param revision 1, and one more each time that the other scheduler says something else of it
 * @param run what is told
 */
public record RunObserved(JobId job, int revision, ObservedRun run) implements ObservedEvent {}
