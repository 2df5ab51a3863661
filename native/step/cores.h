/* Which CPUs the tasks of a run may have. */
#ifndef QUEQIAO_STEP_CORES_H
#define QUEQIAO_STEP_CORES_H

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#define CPUS_FOLDER "/sys/devices/system/cpu"

struct run_cores {
    const char *folder;       /* where the kernel shows the CPUs */
    const cpu_set_t *allowed; /* to this process */
    const uint8_t *numbers;   /* of the order: each u16, as the node counts its cores */
    uint32_t count;
};

/* The CPUs of `count` cores of the run from the first on, all threads of each. False when they cannot be told. */
bool cores_pick(const struct run_cores *run, uint32_t first, uint32_t count, cpu_set_t *set);

#endif
