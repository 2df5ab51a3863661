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

/* Each group of version 1 is made, joined and removed for itself: those that limit nothing are left out. */
static void leave_out_unlimited(struct launch_spec *spec) {
    if (!spec->layout.unified && spec->order.core_count == 0) {
        spec->layout.controller[CONTROLLER_CPUSET][0] = 0;
        spec->layout.controller[CONTROLLER_CPU][0] = 0;
    }
    if (!spec->layout.unified && spec->order.pids_max == 0) {
        spec->layout.controller[CONTROLLER_PIDS][0] = 0;
    }
    if (spec->denied_count == 0) {
        spec->layout.controller[CONTROLLER_DEVICES][0] = 0;
    }
}

/* What its path says can be seen without its file system; where links lead the run sees as it begins. */
static bool is_below_tmp(const struct order *order, struct span path) {
    const char *text = (const char *)order->bytes + path.at;
    return path.length >= 4 && memcmp(text, "/tmp", 4) == 0 && (path.length == 4 || text[4] == '/');
}

static void describe(const struct launcher *self, const struct order *order, const struct identity *identity,
                     const struct run *run, size_t denied, struct launch_spec *spec) {
    *spec = (struct launch_spec){
        .magic = SPEC_MAGIC,
        .order = *order,
        .gid = identity->gid,
        .spool_group = self->agent_gid,
        .agent_uid = self->options.agent_uid,
        .switch_identity = self->is_root,
        .private_tmp = self->options.private_tmp && !is_below_tmp(order, order->work_dir) &&
                       !is_below_tmp(order, order->stdout_path) && !is_below_tmp(order, order->stderr_path),
        .command_ms = self->options.command_ms,
        .start_ms = run->start_ms,
        .layout = self->layout,
        .group_count = identity->group_count,
        .denied_count = (uint32_t)denied,
    };
    spec->order.bytes = NULL; /* they are elsewhere in the monitor */
    memcpy(spec->absent_events, self->absent_events, sizeof spec->absent_events);
    memcpy(spec->boot_id, self->boot_id, BOOT_ID_BYTES);
    memcpy(spec->run_name, run->name, RUN_NAME_BYTES);
    snprintf(spec->run_path, sizeof spec->run_path, "%.3900s/runs/%s", self->data_path, spec->run_name);
    snprintf(spec->commands, sizeof spec->commands, "%s", self->options.commands == NULL ? "" : self->options.commands);
    leave_out_unlimited(spec);
}

/* The CPUs of the order's cores, all threads of each; -1 with errno for a core that the node does not have. */
static int name_cpus(const char *of_cores, const struct order *order, char *list, size_t size) {
    size_t used = 0;
    list[0] = 0;
    for (uint32_t i = 0; of_cores != NULL && i < order->core_count; i++) {
        const char *at = of_cores;
        for (unsigned left = get_u16(order->bytes + order->cores_at + (size_t)2 * i); at != NULL && left > 0; left--) {
            at = strchr(at, '/');
            at = at == NULL ? NULL : at + 1;
        }
        int length = at == NULL ? 0 : (int)strcspn(at, "/");
        if (length == 0 || used + (size_t)length + 2 > size) {
            errno = ERANGE;
            return -1;
        }
        used += (size_t)snprintf(list + used, size - used, "%s%.*s", i == 0 ? "" : ",", length, at);
    }
    return 0;
}

/* The memory file that the monitor maps; -1 with errno. */
static int write_spec(const struct launcher *self, const struct order *order, const struct identity *identity,
                      const struct run *run) {
    static struct device denied[MAX_DEVICES];
    static struct launch_spec spec;
    size_t denied_count = devices_denied(self->devices, self->device_count, order->bytes + order->devices.at,
                                         order->devices.length, denied);
    describe(self, order, identity, run, denied_count, &spec);
    if (name_cpus(self->options.cpus, order, spec.cpus, sizeof spec.cpus) != 0) {
        return -1;
    }
    const struct iovec parts[] = {{&spec, sizeof spec},
                                  {(void *)(uintptr_t)identity->groups, sizeof(gid_t) * identity->group_count},
                                  {denied, sizeof(struct device) * denied_count},
                                  {(void *)(uintptr_t)order->bytes, order->total}};
    enum { PARTS = sizeof parts / sizeof *parts };
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
    memcpy(run->boot_id, self->boot_id, BOOT_ID_BYTES);
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
    const char *words[] = {"queqiao-monitor", "health", self->options.commands, limit, self->options.node, NULL};
    snprintf(limit, sizeof limit, "%u", self->options.command_ms);
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
