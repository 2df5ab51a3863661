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

#endif
