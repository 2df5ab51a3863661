/* Launches of one round of the loop: made durable together, then started, then answered. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bytes.h"
#include "launcher.h"

enum { RECEIPT_BYTES = 32 };

struct item {
    struct run *run;
    int spec_fd, control_fd; /* what its monitor starts with of its own, or -1 */
};

static struct item items[MAX_BATCH];
static size_t item_count;

size_t batch_count(void) {
    return item_count;
}

static void close_files(struct item *item) {
    close_fd(&item->spec_fd);
    close_fd(&item->control_fd);
}

/* Nothing was forked, so the run is as if it had never been. */
static void fail(struct launcher *self, struct item *item, int cause) {
    close_files(item);
    run_undo(self, item->run);
    connection_answer(self, LAUNCH, STATUS_FAILED, (uint32_t)cause, strerror(cause));
}

/* The memory file that the monitor maps; -1 with errno. */
static int write_spec(const struct launcher *self, const struct order *order, const struct identity *identity,
                      const struct run *run) {
    struct launch_spec spec = {.magic = SPEC_MAGIC,
                               .node = self->node,
                               .order = *order,
                               .start_ms = run->start_ms,
                               .gid = identity->gid,
                               .group_count = identity->group_count,
                               .cpus_bytes = (uint32_t)strlen(self->options.cpus) + 1};
    const struct iovec parts[] = {{&spec, sizeof spec},
                                  {(void *)(uintptr_t)identity->groups, sizeof(gid_t) * identity->group_count},
                                  {(void *)(uintptr_t)self->devices, sizeof *self->devices * self->node.device_count},
                                  {(void *)(uintptr_t)self->options.cpus, spec.cpus_bytes},
                                  {(void *)(uintptr_t)order->bytes, order->total}};
    enum { PARTS = sizeof parts / sizeof *parts };
    spec.order.bytes = NULL; /* they are elsewhere in the monitor */
    memcpy(spec.run_name, run->name, RUN_NAME_BYTES);
    for (int i = 0; i < PARTS; i++) {
        spec.total_bytes += (uint32_t)parts[i].iov_len;
    }
    int fd = memfd_create("queqiao-order", MFD_CLOEXEC);
    if (fd >= 0 && writev(fd, parts, PARTS) != (ssize_t)spec.total_bytes) {
        close(fd);
        errno = ENOMEM;
        return -1;
    }
    return fd;
}

/* 0, or -1 with errno. */
static int prepare(struct launcher *self, struct item *item, const struct order *order,
                   const struct identity *identity) {
    char control[RUN_FILE_BYTES];
    run_file(control, order->job_id, order->attempt, "control");
    if (run_write_intent(self, item->run) != 0 || mkfifoat(self->runs_fd, control, 0600) != 0) {
        return -1;
    }
    item->control_fd = openat(self->runs_fd, control, O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    item->run->fd = run_open_control(self, item->run);
    if (item->control_fd < 0 || item->run->fd < 0) {
        return -1;
    }
    item->spec_fd = write_spec(self, order, identity, item->run);
    return item->spec_fd < 0 ? -1 : 0;
}

void batch_launch(struct launcher *self, const struct order *order, const struct identity *identity) {
    struct run *run = run_add(self, order->job_id, order->attempt);
    if (run == NULL) {
        batch_commit(self);
        connection_answer(self, LAUNCH, STATUS_BUSY, FULL, "too many runs are kept on this node");
        return;
    }
    run->state = RUN_RUNNING;
    run->uid = order->uid;
    run->not_after_ms = order->not_after_ms;
    run->start_ms = realtime_ms();
    run->witnessed = true;
    memcpy(run->boot_id, self->node.boot_id, BOOT_ID_BYTES);
    struct item item = {run, -1, -1};
    if (prepare(self, &item, order, identity) == 0) {
        items[item_count++] = item;
    } else {
        int cause = errno;
        batch_commit(self);
        fail(self, &item, cause);
    }
}

/* An own session, no handler or mask of the launcher, an empty environment, four descriptors. */
static int spawn_monitor(const struct launcher *self, const struct item *item, char *const *arguments, pid_t *pid) {
    char *environment[] = {NULL};
    const int sources[] = {self->null_fd,          self->null_fd,   self->null_fd,            item->spec_fd,
                           self->runs_fd, self->spool_fd, item->control_fd};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    if (posix_spawn_file_actions_init(&actions) != 0 || posix_spawnattr_init(&attributes) != 0) {
        return ENOMEM;
    }
    int failed = posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    failed |= posix_spawnattr_setsigmask(&attributes, &none) | posix_spawnattr_setsigdefault(&attributes, &all);
    for (int target = 0; target < (int)(sizeof sources / sizeof *sources); target++) {
        failed |= posix_spawn_file_actions_adddup2(&actions, sources[target], target);
    }
    failed = failed != 0 ? ENOMEM : posix_spawn(pid, self->monitor_path, &actions, &attributes, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return failed;
}

/* By a monitor of no run. */
static pid_t spawn_tool(const struct launcher *self, const char *const *words) {
    const struct item none = {.spec_fd = self->null_fd, .control_fd = self->null_fd};
    pid_t pid = 0;
    return spawn_monitor(self, &none, (char *const *)(uintptr_t)words, &pid) == 0 ? pid : -1;
}

void health_check(const struct launcher *self) {
    char limit[16];
    const char *words[] = {"queqiao-monitor", "health", self->node.commands, limit, self->options.node, NULL};
    snprintf(limit, sizeof limit, "%u", self->node.command_ms);
    (void)spawn_tool(self, words);
}

void remove_tmp(const struct launcher *self, const char *run, bool wait) {
    const char *words[] = {"queqiao-monitor", "tidy", run, NULL};
    pid_t pid = spawn_tool(self, words);
    while (wait && pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR) {
    }
}

void batch_receipt(struct launcher *self, enum status status, struct run *run) {
    uint8_t receipt[RECEIPT_BYTES];
    run_refresh(self, run);
    put_u32(receipt, (uint32_t)run->pid);
    put_u32(receipt + 4, run->state);
    put_u64(receipt + 8, run->start_ms);
    memcpy(receipt + 16, run->boot_id, BOOT_ID_BYTES);
    connection_reply(self, LAUNCH, status, 0, "", receipt, sizeof receipt);
}

static void start(struct launcher *self, struct item *item) {
    struct run *run = item->run;
    char *arguments[] = {(char *)(uintptr_t)"queqiao-monitor", run->name, NULL};
    int cause = spawn_monitor(self, item, arguments, &run->pid);
    if (cause != 0) {
        fail(self, item, cause);
        return;
    }
    run_save_pid(self, run);
    close_files(item);
    watch_fd(self, run->fd, 0, &run->watch);
    batch_receipt(self, STATUS_STARTED, run);
}

/* Durable before effect: a failed sync ends the process before anything of the batch is started. */
void batch_commit(struct launcher *self) {
    size_t count = item_count;
    item_count = 0;
    if (count > 0) {
        intents_sync(self);
    }
    for (size_t i = 0; i < count; i++) {
        start(self, &items[i]);
    }
}
