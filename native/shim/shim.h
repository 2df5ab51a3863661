/*
 * What the agent may ask of the kernel that Java cannot: a flat C interface of fixed-width integers.
 * Functions return a value of 0 or more, or the negated errno.
 */
#ifndef QUEQIAO_SHIM_H
#define QUEQIAO_SHIM_H

#include <stdint.h>

/* Rises when a function changes its meaning; the agent refuses a library of another version. */
enum { SHIM_ABI_VERSION = 1 };

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

SHIM_API int32_t shim_close(int32_t fd);

enum { SHIM_MAX_HANDED = 24 };

/*
 * Over all accelerators that NVML knows: how busy they are on average in thousandths, memory in use in
 * bytes, power in milliwatts. Returns how many there are; -ENOENT without the library.
 */
SHIM_API int32_t shim_gpu_read(int64_t values[3]);

/* A connection to the launcher's handout of counters. */
SHIM_API int32_t shim_handout_connect(const char *path);

/*
 * Asks for the counters of a run that is alive; -ESRCH when it is not. Returns how many there are;
 * each descriptor is closed by the caller.
 */
SHIM_API int32_t shim_handout_ask(int32_t socket_fd, int64_t job_id, int32_t attempt, int32_t fds[SHIM_MAX_HANDED],
                                  int32_t counters[SHIM_MAX_HANDED]);

/* The values of so many counters, scaled where they shared a register; -1 where one cannot be read. */
SHIM_API int32_t shim_handout_read(int32_t count, const int32_t fds[], const int32_t counters[], int64_t values[]);

#endif
