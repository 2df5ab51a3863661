/*
 * Many syncs at a time: each waits for the disk, not for the one before it. By the kernel's
 * asynchronous requests, without threads; one by one where they are not allowed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/aio_abi.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "launcher.h"

static aio_context_t context;
static bool tried;

/* How many of the requests the kernel has taken, from the first on. */
static size_t submit(struct iocb **requests, size_t count) {
    size_t taken = 0;
    while (taken < count) {
        long more = syscall(SYS_io_submit, context, (long)(count - taken), requests + taken);
        if (more <= 0) {
            break;
        }
        taken += (size_t)more;
    }
    return taken;
}

/* The first error of these syncs, or 0. */
static int await(size_t count) {
    static struct io_event events[MAX_SYNCS];
    int cause = 0;
    while (count > 0) {
        long done = syscall(SYS_io_getevents, context, 1L, (long)count, events, NULL);
        if (done < 0 && errno != EINTR) {
            fatal("await the syncs");
        }
        for (long i = 0; i < done; i++) {
            cause = cause == 0 && events[i].res != 0 ? (int)-events[i].res : cause;
        }
        count -= done > 0 ? (size_t)done : 0;
    }
    return cause;
}

int sync_all(const int *fds, size_t count) {
    static struct iocb requests[MAX_SYNCS];
    static struct iocb *order[MAX_SYNCS];
    if (!tried) {
        tried = true;
        if (syscall(SYS_io_setup, MAX_SYNCS, &context) != 0) {
            context = 0;
        }
    }
    for (size_t i = 0; i < count; i++) {
        requests[i] = (struct iocb){.aio_lio_opcode = IOCB_CMD_FSYNC, .aio_fildes = (uint32_t)fds[i]};
        order[i] = &requests[i];
    }
    size_t taken = context == 0 ? 0 : submit(order, count);
    int cause = 0;
    for (size_t i = taken; i < count; i++) {
        if (fsync(fds[i]) != 0 && cause == 0) {
            cause = errno;
        }
    }
    int later = await(taken);
    errno = cause == 0 ? later : cause;
    return errno == 0 ? 0 : -1;
}
