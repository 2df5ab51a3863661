/*
 * What the agent may ask of the kernel that Java cannot: a flat C interface of fixed-width integers.
 * Functions return a value of 0 or more, or the negated errno.
 */
#ifndef QUEQIAO_SHIM_H
#define QUEQIAO_SHIM_H

#include <stdint.h>

/* Rises when a function changes its meaning; the agent refuses a library of another version. */
enum { SHIM_ABI_VERSION = 6 };

#define SHIM_API __attribute__((visibility("default")))

SHIM_API int32_t shim_abi_version(void);

/*
 * Opens the event of a counter (enum counter) for a process and all that it starts from now on; it
 * counts from the next execve of each on (`on_exec`), or at once. pid 0 is the caller. The
 * descriptor is closed by the caller.
 */
SHIM_API int32_t shim_perf_open(int32_t counter, int32_t pid, int32_t on_exec);

/* value, nanoseconds that it was asked to count, nanoseconds that it did: each over all processes. */
SHIM_API int32_t shim_perf_read(int32_t fd, uint64_t values[3]);

/* How an event stands: its value, scaled where it shared its register, and the state and cause of it (enum counter_state). */
enum { SHIM_EVENT_VALUE, SHIM_EVENT_STATE, SHIM_EVENT_CAUSE, SHIM_EVENT_FIELDS };

SHIM_API void shim_event_read(int32_t fd, int64_t told[SHIM_EVENT_FIELDS]);

SHIM_API int32_t shim_close(int32_t fd);

/* The numbers of a CPU as the kernel has them; -1 where it does not tell. */
enum { SHIM_CPU_NUMBER, SHIM_CPU_CORE, SHIM_CPU_PACKAGE, SHIM_CPU_NUMA, SHIM_CPU_FIELDS };

/*
 * The CPUs that are online, in ascending order; `root` is "/" but in a test. Returns how many; -E2BIG when
 * there are more than `most`, -ENODATA when the kernel names none.
 */
SHIM_API int32_t shim_topology_cpus(const char *root, int32_t cpus[][SHIM_CPU_FIELDS], int32_t most);

enum { SHIM_ENERGY_PACKAGE, SHIM_ENERGY_MEMORY };

/* Microjoules so far, and after how many the counter begins at 0 again. */
enum { SHIM_ENERGY_DOMAIN, SHIM_ENERGY_UJ, SHIM_ENERGY_RANGE_UJ, SHIM_ENERGY_FIELDS };

/*
 * The counters of powercap, in an order that stays. Returns how many; -ENOENT where there are none, -EACCES
 * where only root may read them.
 */
SHIM_API int32_t shim_energy_read(const char *root, int64_t zones[][SHIM_ENERGY_FIELDS], int32_t most);

/*
 * A counter of the PMU `power` for a domain and package, from 0 on, for shim_event_read; each count is so many
 * femtojoules. -ENOTSUP where a count is none, -ENOENT without the PMU or the event, -ENODEV without the package, -EACCES or -EPERM where
 * this process may not count it. The descriptor is closed by the caller.
 */
SHIM_API int32_t shim_energy_open(const char *root, int32_t domain, int32_t package, int64_t *femtojoules);

/* 0 read, 1 written; of the event and for whom it counts; the bytes that each count is. */
enum {
    SHIM_MEMORY_DIRECTION, SHIM_MEMORY_TYPE, SHIM_MEMORY_CONFIG, SHIM_MEMORY_CPU, SHIM_MEMORY_BYTES, SHIM_MEMORY_FIELDS
};

/*
 * The events of the memory controllers. Returns how many; -ENOENT where the kernel describes none, -ENOTSUP where it
 * does so in a way that is not known.
 */
SHIM_API int32_t shim_memory_events(const char *root, int64_t events[][SHIM_MEMORY_FIELDS], int32_t most);

/*
 * Opens one of them, for shim_event_read; -EACCES or -EPERM where this process may not count it. The descriptor is closed
 * by the caller.
 */
SHIM_API int32_t shim_memory_open(const int64_t event[SHIM_MEMORY_FIELDS]);

enum { SHIM_MAX_HANDED = 24 };

/*
 * The number in the name of its device file, how busy it is in thousandths, memory in use in bytes, power in milliwatts,
 * millijoules since its driver was loaded; -1 where it does not tell.
 */
enum { SHIM_GPU_MINOR, SHIM_GPU_BUSY, SHIM_GPU_MEMORY, SHIM_GPU_POWER, SHIM_GPU_ENERGY, SHIM_GPU_FIELDS };

/* The accelerators that NVML knows. Returns how many; -ENOENT without the library, -E2BIG when there are more than `most`. */
SHIM_API int32_t shim_gpu_read(int64_t devices[][SHIM_GPU_FIELDS], int32_t most);

/*
 * Listens for what monitors hand out, in this folder, under the number by which they are asked for it. A descriptor, or a
 * negated errno; -EPERM where the folder is not the caller's alone.
 */
SHIM_API int32_t shim_handout_listen(const char *folder, int32_t number);

/* For monitors that know no such folder: at an abstract address, under a number that is free. */
SHIM_API int32_t shim_handout_listen_abstract(int32_t *number);

/*
 * Takes the counters of one run that a monitor has handed out; -EAGAIN when there is nothing more. `run` is its job and
 * attempt. Returns how many there are, 0 for what is not of a monitor; each descriptor is closed by the caller.
 */
SHIM_API int32_t shim_handout_take(int32_t listener, int64_t run[2], int32_t fds[SHIM_MAX_HANDED],
                                   int32_t counters[SHIM_MAX_HANDED]);

/* The values of so many counters, scaled where they shared a register; -1 where one cannot be read. */
SHIM_API int32_t shim_handout_read(int32_t count, const int32_t fds[], const int32_t counters[], int64_t values[]);

#endif
