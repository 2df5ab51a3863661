/* What the processes of a run send and receive, counted by the kernel for its control group. */
#ifndef QUEQIAO_TRAFFIC_H
#define QUEQIAO_TRAFFIC_H

#include "cgroup.h"

/*
 * Counts every packet of the group from now on until the group is removed. Returns the descriptor of a map that who has
 * it can read (counters_read_traffic) and nobody can write; -1 with errno, ENOENT where there is no group of version 2.
 */
int traffic_count(const struct cgroup_layout *layout, const char *run);

#endif
