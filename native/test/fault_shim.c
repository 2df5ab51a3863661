/*
 * Fails one of the calls that our code makes by syscall(), in the monitor of a test build: the linker sends them to a
 * function here (--wrap). The file DIR/fault is shared memory: the call that is to fail, counted over monitor and
 * child, and whether it has.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "fault.h"

enum { RUNS_DIRECTORY = 4 };

long __real_syscall(long number, ...);

static struct fault *fault;

static void load(void) {
    static struct fault none;
    int fd = openat(RUNS_DIRECTORY, "../fault", O_RDWR | O_CLOEXEC);
    fault = fd < 0 ? &none : mmap(NULL, sizeof *fault, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fault == MAP_FAILED) {
        abort();
    }
    if (fd >= 0) {
        close(fd);
    }
}

static bool fails(const char *name) {
    if (fault == NULL) {
        load();
    }
    if (strcmp(name, fault->name) != 0 || --fault->calls_left != 0) {
        return false;
    }
    fault->fired = 1;
    const struct timespec pause = {fault->pause_ms / 1000, fault->pause_ms % 1000 * 1000000L};
    nanosleep(&pause, NULL);
    errno = EIO;
    return true;
}

long __wrap_syscall(long number, ...);
long __wrap_syscall(long number, ...) {
    unsigned long arguments[5];
    va_list rest;
    va_start(rest, number);
    for (int i = 0; i < 5; i++) {
        arguments[i] = va_arg(rest, unsigned long);
    }
    va_end(rest);
    if (number == SYS_clone3 && fails("clone3")) {
        errno = ENOSYS;
        return -1;
    }
    if (number == SYS_pidfd_open && fails("pidfd_open")) {
        return -1;
    }
    if ((number == SYS_perf_event_open && fails("perf_event_open")) || (number == SYS_bpf && fails("bpf"))) {
        return -1;
    }
    return __real_syscall(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4]);
}
