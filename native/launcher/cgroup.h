/*
 * Control groups of runs. Unified: version 2 tracks, kills and limits. Hybrid: version 2 tracks and
 * kills, controllers of version 1 limit. Version 1 alone: its freezer tracks and kills. One base group
 * per data folder holds one group per run.
 */
#ifndef QUEQIAO_CGROUP_H
#define QUEQIAO_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "devices.h"
#include "record.h"

enum controller {
    CONTROLLER_CPUSET,
    CONTROLLER_MEMORY,
    CONTROLLER_PIDS,
    CONTROLLER_CPU, /* for nodes without cpuset, when it is asked for */
    CONTROLLER_DEVICES,
    CONTROLLERS
};

enum cgroup_limit { CGROUP_BASE_BYTES = 128, CGROUP_PATH_BYTES = 256, CGROUP_REASON_BYTES = 160, CORE_LIST_BYTES = 4096 * 6 + 1 };

/* Where the base groups are; an empty path means that the part is absent. */
struct cgroup_layout {
    char tracking[CGROUP_BASE_BYTES];
    char controller[CONTROLLERS][CGROUP_BASE_BYTES];
    bool unified;
    bool tracks_by_freezer; /* version 1 alone */
};

/* In words, which form is used or why it is absent: tracking first, then the controllers. */
struct cgroup_reasons {
    char tracking[CGROUP_REASON_BYTES];
    char controller[CONTROLLERS][CGROUP_REASON_BYTES];
};

struct cgroup_limits {
    uint64_t mem_bytes;
    uint32_t pids_max;
    uint32_t core_count;
    const char *cpus; /* those of the cores */
    size_t denied_count;
    const struct device *denied;
};

/* As --limits and the kernel call it. */
const char *cgroup_controller_name(int which);

/* Finds the hierarchies and creates the base groups; `wanted` has one bit per controller. Without a base there are none. */
void cgroup_discover(struct cgroup_layout *layout, struct cgroup_reasons *reasons, const char *base, unsigned wanted);

/* Creates the groups of a run and sets its limits. 0, or -1 with errno and the failed part in `what`. */
int cgroup_create(const struct cgroup_layout *layout, const char *run, const struct cgroup_limits *limits,
                  const char **what);

/*
 * Forks, if the kernel can do it right into the tracking group: `born_inside` says so, to parent and
 * child. Else -1 with errno.
 */
pid_t cgroup_fork(const struct cgroup_layout *layout, const char *run, bool *born_inside);

/* Moves the calling process, which has one thread, into the groups of the run that it is not in yet. */
int cgroup_join(const struct cgroup_layout *layout, const char *run, bool born_inside);

/*
 * A descriptor for cgroup_populated; -1 with errno. With version 2 it is ready for POLLPRI on change,
 * with version 1 alone nothing tells of one.
 */
int cgroup_open_events(const struct cgroup_layout *layout, const char *run);

/* Whether a process is left; an unreadable file counts as populated. */
bool cgroup_populated(int events_fd);

int cgroup_kill(const struct cgroup_layout *layout, const char *run);

/*
 * Stops every process of the run where it is, also those that are born or join later, or lets them
 * go on. 0, or -1 with errno. A run that is stopped can be killed; TERM waits until it goes on.
 */
int cgroup_freeze(const struct cgroup_layout *layout, const char *run, bool stopped);

/* Whether every process of the run is stopped; false where that cannot be read. */
bool cgroup_frozen(const struct cgroup_layout *layout, const char *run);

/* Sends a signal once to every process found in the group, or to those that call themselves `only`. */
void cgroup_signal(const struct cgroup_layout *layout, const char *run, int signal, const char *only);

/* What of a group can be followed while it lives. */
enum cgroup_figure { CGROUP_CPU_TIME, CGROUP_MEMORY };

/* A descriptor of the file that tells; -1 where there is none. */
int cgroup_open_figure(const struct cgroup_layout *layout, const char *run, enum cgroup_figure figure);

/* Adds CPU time, peak memory and the OOM flag of the groups, as far as they tell. */
void cgroup_usage(const struct cgroup_layout *layout, const char *run, struct exit_record *record);

/* Removes the groups; 0 proves that no process is left in the tracking group. */
int cgroup_remove(const struct cgroup_layout *layout, const char *run);

#endif
