#define _GNU_SOURCE
#include "command.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "processes.h"
#include "record.h"

enum { OUTPUT_BYTES = 16384, LOG_BYTES = 8 << 20, SETTLE_MS = 5000, RESCAN_MS = 20 };

/* What root executes belongs to root, and so does the way to it: nobody else can put something there. */
static const char *check_way(const char *path) {
    char part[PATH_MAX];
    struct stat status;
    size_t length = strlen(path);
    for (size_t end = 1; end <= length; end++) {
        if (end > 1 && end < length && path[end] != '/') {
            continue;
        }
        snprintf(part, sizeof part, "%.*s", (int)end, path);
        if (lstat(part, &status) != 0) {
            return strerror(errno);
        }
        bool last = end == length;
        if (!(last ? S_ISREG(status.st_mode) : S_ISDIR(status.st_mode))) {
            return last ? "is no regular file" : "a folder of its path is no folder";
        }
        if (status.st_uid != 0) {
            return last ? "does not belong to root" : "a folder of its path does not belong to root";
        }
        if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0 && (last || (status.st_mode & S_ISVTX) == 0)) {
            return last ? "others than root can write to it" : "others than root can write to a folder of its path";
        }
        if (last && (status.st_mode & S_IXUSR) == 0) {
            return "is not executable";
        }
    }
    return NULL;
}

static _Noreturn void execute(const struct command *command, const char *path, int output) {
    char *arguments[] = {(char *)(uintptr_t)path, NULL};
    sigset_t none;
    sigemptyset(&none);
    int in = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int oom = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (oom >= 0) {
        (void)!write(oom, "0", 1);
    }
    umask(022);
    /* With its monitor gone nobody would bound it. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || in < 0 || setsid() < 0 || chdir("/") != 0 || dup2(in, STDIN_FILENO) < 0 || dup2(output, STDOUT_FILENO) < 0 ||
        dup2(output, STDERR_FILENO) < 0 || close_range(3, ~0U, 0) != 0 || sigprocmask(SIG_SETMASK, &none, NULL) != 0) {
        _exit(127);
    }
    execve(path, arguments, (char *const *)(uintptr_t)command->environment);
    dprintf(STDERR_FILENO, "%s\n", strerror(errno));
    _exit(127);
}

/* What is beyond the bound is read and left out. False: nothing was there. */
static bool take_output(int fd, char *output, size_t *used) {
    char beyond[1024];
    bool full = *used == OUTPUT_BYTES;
    ssize_t got = read(fd, full ? beyond : output + *used, full ? sizeof beyond : OUTPUT_BYTES - *used);
    *used += full || got < 0 ? 0 : (size_t)got;
    return got > 0;
}

/* Until the main process has ended or the time is over; a child of it may hold the pipe for longer. */
static size_t read_output(int fd, pid_t main, uint64_t until_ms, char *output) {
    struct pollfd ready[] = {{.fd = fd, .events = POLLIN}, {.events = POLLIN}};
    size_t used = 0;
    ready[1].fd = (int)syscall(SYS_pidfd_open, main, 0);
    for (uint64_t now_ms = monotonic_ms(); ready[1].revents == 0 && now_ms < until_ms; now_ms = monotonic_ms()) {
        if (poll(ready, 2, (int)(until_ms - now_ms)) > 0 && ready[0].revents != 0 && !take_output(fd, output, &used)) {
            ready[0].fd = -1;
        }
    }
    while (used < OUTPUT_BYTES && take_output(fd, output, &used)) {
    }
    if (ready[1].fd >= 0) {
        close(ready[1].fd);
    }
    return used;
}

/* Whether all of it ended in time; nothing that it started stays. */
static bool await_all(pid_t main, uint64_t until_ms, int *status) {
    bool in_time = true;
    bool main_ended = false;
    for (;;) {
        int one = 0;
        pid_t pid = waitpid(-1, &one, WNOHANG);
        if (pid == main) {
            *status = one;
            main_ended = true;
        }
        if (pid > 0) {
            continue;
        }
        if (pid < 0 && errno == ECHILD) {
            return in_time;
        }
        uint64_t now_ms = monotonic_ms();
        if (main_ended || now_ms >= until_ms) {
            in_time &= main_ended;
            signal_descendants(getpid(), SIGKILL, NULL, NULL, 0);
        }
        if (now_ms >= until_ms + SETTLE_MS) {
            return false;
        }
        poll(NULL, 0, RESCAN_MS);
    }
}

/* One line of plain ASCII: the last that it wrote, which is where programs say what is wrong. */
static void last_line(const char *output, size_t length, char *line, size_t capacity) {
    while (length > 0 && (output[length - 1] == '\n' || output[length - 1] == ' ')) {
        length--;
    }
    size_t start = length;
    while (start > 0 && output[start - 1] != '\n') {
        start--;
    }
    size_t used = 0;
    for (; start < length && used + 1 < capacity; start++) {
        line[used++] = output[start] >= ' ' && output[start] <= '~' ? output[start] : '?';
    }
    line[used] = 0;
}

static void log_output(const struct command *command, const char *result, const char *output, size_t length) {
    struct stat status;
    int fd = openat(command->log_fd, "../commands.log", O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd >= 0 && fstat(fd, &status) == 0) {
        const char *job = command->environment[0];
        dprintf(fd, "%llu %s %s: %s\n", (unsigned long long)realtime_ms(), command->name, job == NULL ? "" : job, result);
        (void)!write(fd, output, length);
        if (status.st_size > LOG_BYTES) {
            (void)!renameat(command->log_fd, "../commands.log", command->log_fd, "../commands.log.1");
        }
    }
    if (fd >= 0) {
        close(fd);
    }
}

static int judge(bool in_time, int status, const char *line, char *why, size_t capacity) {
    if (!in_time) {
        snprintf(why, capacity, "did not end in time");
    } else if (WIFSIGNALED(status)) {
        snprintf(why, capacity, "ended by signal %d", WTERMSIG(status));
    } else if (WEXITSTATUS(status) != 0) {
        snprintf(why, capacity, "exit code %d%s%s", WEXITSTATUS(status), line[0] == 0 ? "" : ": ", line);
    } else {
        snprintf(why, capacity, "ok");
        return 0;
    }
    return -1;
}

int command_run(const struct command *command, char *why, size_t capacity) {
    static char output[OUTPUT_BYTES];
    char path[PATH_MAX];
    char line[96] = "";
    int ends[2];
    snprintf(path, sizeof path, "%.3000s/%.64s", command->folder, command->name);
    if (faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT) {
        return 1;
    }
    const char *wrong = check_way(path);
    if (wrong != NULL) {
        snprintf(why, capacity, "not run: %s", wrong);
        log_output(command, why, "", 0);
        return -1;
    }
    uint64_t until_ms = monotonic_ms() + command->limit_ms;
    pid_t pid = pipe2(ends, O_CLOEXEC) != 0 || fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0 ? -1 : fork();
    if (pid == 0) {
        execute(command, path, ends[1]);
    }
    if (pid < 0) {
        snprintf(why, capacity, "not run: %s", strerror(errno));
        return -1;
    }
    close(ends[1]);
    size_t length = read_output(ends[0], pid, until_ms, output);
    int status = 0;
    bool in_time = await_all(pid, until_ms, &status);
    close(ends[0]);
    last_line(output, length, line, sizeof line);
    int result = judge(in_time, status, line, why, capacity);
    if (result != 0 || length > 0) {
        log_output(command, why, output, length);
    }
    return result;
}

/* The kernel reaps a child that is ignored without adding what it used to that of its parent. */
int command_run_apart(const struct command *command, char *why, size_t capacity) {
    struct answer {
        int result;
        char why[RECORD_TEXT_BYTES];
    } *answer = mmap(NULL, sizeof *answer, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t caller = getpid();
    if (answer != MAP_FAILED) {
        *answer = (struct answer){-1, "who watches it was killed"};
    }
    pid_t pid = answer == MAP_FAILED || signal(SIGCHLD, SIG_IGN) == SIG_ERR ? -1 : fork();
    if (pid == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 && getppid() == caller &&
            prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 && signal(SIGCHLD, SIG_DFL) != SIG_ERR) {
            answer->result = command_run(command, answer->why, sizeof answer->why);
        }
        _exit(0);
    }
    snprintf(why, capacity, "not run: %s", strerror(errno));
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
    }
    if (answer == MAP_FAILED || signal(SIGCHLD, SIG_DFL) == SIG_ERR || pid < 0) {
        return -1;
    }
    int result = answer->result;
    snprintf(why, capacity, "%s", answer->why);
    munmap(answer, sizeof *answer);
    return result;
}

void health_run(const char *folder, const char *limit_ms, const char *node, int spool_fd) {
    char why[160] = "";
    char variable[300];
    struct stat status;
    snprintf(variable, sizeof variable, "QUEQIAO_NODE=%.255s", node);
    const struct command command = {folder, "health", (uint32_t)strtoul(limit_ms, NULL, 10), spool_fd,
                                    {variable, "QUEQIAO_COMMAND=health", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"}};
    int result = command_run(&command, why, sizeof why);
    if (result > 0) {
        unlinkat(spool_fd, "health", 0);
        return;
    }
    int fd = openat(spool_fd, ".health", O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0640);
    if (fd >= 0 && fstat(spool_fd, &status) == 0 && fchown(fd, (uid_t)-1, status.st_gid) == 0 &&
        dprintf(fd, "%llu %s\n", (unsigned long long)realtime_ms(), result == 0 ? "" : why) > 0) {
        renameat(spool_fd, ".health", spool_fd, "health");
    }
    if (fd >= 0) {
        close(fd);
    }
}
