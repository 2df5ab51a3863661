/*
 * Fails one call of one function in the monitor of a test build. The linker sends every call of our
 * code to a function here (--wrap); calls inside libc are left alone. The file DIR/fault is shared
 * memory: the call that is to fail, counted over monitor and child, and whether it has.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "fault.h"

enum { RUNS_DIRECTORY = 4 };

long __real_syscall(long number, ...);
int __real_open(const char *path, int flags, ...);
int __real_openat(int directory, const char *path, int flags, ...);
int __real_close(int fd);

static struct fault *fault;

static void load(void) {
    static struct fault none;
    int fd = __real_openat(RUNS_DIRECTORY, "../fault", O_RDWR | O_CLOEXEC);
    fault = fd < 0 ? &none : mmap(NULL, sizeof *fault, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fault == MAP_FAILED) {
        abort();
    }
    if (fd >= 0) {
        __real_close(fd);
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

#define WRAP(type, name, parameters, arguments)                           \
    type __real_##name parameters;                                        \
    type __wrap_##name parameters;                                        \
    type __wrap_##name parameters {                                       \
        return fails(#name) ? (type)-1 : __real_##name arguments;         \
    }

WRAP(int, close, (int fd), (fd))
WRAP(int, mkdir, (const char *path, mode_t mode), (path, mode))
WRAP(ssize_t, write, (int fd, const void *bytes, size_t length), (fd, bytes, length))
WRAP(int, fchown, (int fd, uid_t uid, gid_t gid), (fd, uid, gid))
WRAP(pid_t, fork, (void), ())
WRAP(int, pipe2, (int *ends, int flags), (ends, flags))
WRAP(int, dup3, (int from, int to, int flags), (from, to, flags))
WRAP(int, dup2, (int from, int to), (from, to))
WRAP(int, sigprocmask, (int how, const sigset_t *set, sigset_t *old), (how, set, old))
WRAP(int, signalfd, (int fd, const sigset_t *set, int flags), (fd, set, flags))
WRAP(int, close_range, (unsigned first, unsigned last, int flags), (first, last, flags))
WRAP(pid_t, getppid, (void), ())
WRAP(pid_t, setsid, (void), ())
WRAP(int, getrlimit, (int which, struct rlimit *limit), (which, limit))
WRAP(int, setrlimit, (int which, const struct rlimit *limit), (which, limit))
WRAP(int, setgroups, (size_t count, const gid_t *groups), (count, groups))
WRAP(int, setresgid, (gid_t real, gid_t effective, gid_t saved), (real, effective, saved))
WRAP(int, setresuid, (uid_t real, uid_t effective, uid_t saved), (real, effective, saved))
WRAP(int, getresuid, (uid_t *real, uid_t *effective, uid_t *saved), (real, effective, saved))
WRAP(int, getresgid, (gid_t *real, gid_t *effective, gid_t *saved), (real, effective, saved))
WRAP(int, getgroups, (int count, gid_t *groups), (count, groups))
WRAP(int, chdir, (const char *path), (path))
WRAP(int, fstat, (int fd, struct stat *status), (fd, status))
WRAP(int, ftruncate, (int fd, off_t length), (fd, length))
WRAP(int, unshare, (int flags), (flags))
WRAP(int, execve, (const char *path, char *const *arguments, char *const *environment), (path, arguments, environment))

/* Here success is the fault: root could be taken back. */
int __real_setreuid(uid_t real, uid_t effective);
int __wrap_setreuid(uid_t real, uid_t effective);
int __wrap_setreuid(uid_t real, uid_t effective) {
    return fails("setreuid") ? 0 : __real_setreuid(real, effective);
}

int __wrap_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    int mode = (flags & O_CREAT) != 0 ? va_arg(rest, int) : 0;
    va_end(rest);
    return fails("open") ? -1 : __real_open(path, flags, mode);
}

int __wrap_openat(int directory, const char *path, int flags, ...);
int __wrap_openat(int directory, const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    int mode = (flags & O_CREAT) != 0 ? va_arg(rest, int) : 0;
    va_end(rest);
    return fails("openat") ? -1 : __real_openat(directory, path, flags, mode);
}

int __real_fcntl(int fd, int command, ...);
int __wrap_fcntl(int fd, int command, ...);
int __wrap_fcntl(int fd, int command, ...) {
    va_list rest;
    va_start(rest, command);
    int argument = va_arg(rest, int);
    va_end(rest);
    return fails("fcntl") ? -1 : __real_fcntl(fd, command, argument);
}

int __real_prctl(int option, ...);
int __wrap_prctl(int option, ...);
int __wrap_prctl(int option, ...) {
    unsigned long arguments[4];
    va_list rest;
    va_start(rest, option);
    for (int i = 0; i < 4; i++) {
        arguments[i] = va_arg(rest, unsigned long);
    }
    va_end(rest);
    return fails("prctl") ? -1 : __real_prctl(option, arguments[0], arguments[1], arguments[2], arguments[3]);
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
    /* A counter that cannot be opened stops no launch, so it has a name of its own. */
    bool counts = number == SYS_perf_event_open || number == SYS_dup3;
    if (fails(counts ? "perf_event_open" : number == SYS_bpf ? "bpf" : "syscall")) {
        return -1;
    }
    return __real_syscall(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4]);
}
