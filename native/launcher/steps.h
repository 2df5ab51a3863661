/* Steps 5 to 9 of a launch: what the child does between fork and execve, in this binding order. */
#ifndef QUEQIAO_STEPS_H
#define QUEQIAO_STEPS_H

#include <sys/types.h>

#include "spec.h"

/* The variable part of a spec, found. */
struct launch_fields {
    const gid_t *groups;
    const struct listed_device *devices;
    const char *cpus;
    const uint8_t *order;
};

/* What a child writes to its monitor when it cannot go on. */
struct step_failure {
    uint32_t step;
    uint32_t cause;
    char text[RECORD_TEXT_BYTES];
};

/* Where a child reports; closed by execve. The monitor reuses the number of the spec's descriptor. */
enum { FAILURE_FD = SPEC_FD };

/*
 * Runs steps 5 to 9, by cgroup_fork's child, once the monitor has written a byte to the pipe `gate`. Leaves only by
 * execve; on any failure it reports to FAILURE_FD and exits.
 */
_Noreturn void launch_child(const struct launch_spec *spec, const struct launch_fields *fields, pid_t monitor,
                            bool born_inside, const int gate[2]);

/*
 * As that, without the monitor's gate and without a report: executes the order's program for jobs as the host of the run,
 * which starts what its user asks for beside the script.
 */
_Noreturn void launch_host(const struct launch_spec *spec, const struct launch_fields *fields, pid_t monitor,
                           bool born_inside);

/* Step 6 and 7 alone, shared with the removal of private directories as the user. */
const char *take_identity(uid_t uid, gid_t gid, const gid_t *groups, size_t count);
const char *prove_identity(uid_t uid, gid_t gid, const gid_t *groups, size_t count);

#endif
