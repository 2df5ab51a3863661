/* The counters of a living run, for the agent, which may read them and could not open them. */
#ifndef QUEQIAO_HANDOUT_H
#define QUEQIAO_HANDOUT_H

#include "counters.h"
#include "spec.h"

/*
 * Sends the agent that listens at spool/counters under this number one packet: u64 job, u32 attempt, the numbers of the counters and, in
 * the same order, their descriptors. Who does not get it asks again.
 */
void hand_out(const struct launch_spec *spec, const struct run_counters *counters, uint32_t listener);

#endif
