package org.queqiao.contract.event;

import org.queqiao.contract.id.JobId;

/**
 * A waiting job takes its share of the room that runs leave which are ended or stopped for others:
 * until it starts, is held or is changed it goes before all others.
 *
 * @param job the job, or an array
 * @param claims for how many starts: 1, or so many tasks of an array
 */
public record RoomClaimed(JobId job, int claims) implements Event {}
