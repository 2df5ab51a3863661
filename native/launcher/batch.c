/* Launches of one round of the loop: made durable by one round of syncs, then started, then answered. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bytes.h"
#include "launcher.h"

enum { RECEIPT_BYTES = 32 };

struct item {
    struct connection *connection;
    enum status status;
    uint32_t reason;
    char text[96];
    struct run *run;
    int run_fd, intent_fd, control_fd, spec_fd;
};

static struct item items[MAX_BATCH];
static size_t item_count;

bool batch_is_full(void) {
    return item_count == MAX_BATCH;
}

void batch_abandon(const struct connection *connection) {
    for (size_t i = 0; i < item_count; i++) {
        if (items[i].connection == connection) {
            items[i].connection = NULL;
        }
    }
}

static struct item *add_item(struct connection *connection, enum status status, uint32_t reason, const char *text,
                             struct run *run) {
    struct item *item = &items[item_count++];
    *item = (struct item){connection, status, reason, "", run, -1, -1, -1, -1};
    snprintf(item->text, sizeof item->text, "%s", text);
    connection->batched = true;
    return item;
}

void batch_answer(struct launcher *self, struct connection *connection, enum status status, uint32_t reason,
                  const char *text, const struct run *run) {
    struct run *known = run == NULL ? NULL : run_find(self, run->job_id, run->attempt);
    add_item(connection, status, reason, text, known);
}

static void close_files(struct item *item) {
    int *files[] = {&item->run_fd, &item->intent_fd, &item->control_fd, &item->spec_fd};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        if (*files[i] >= 0) {
            close(*files[i]);
            *files[i] = -1;
        }
    }
}

/* Nothing was forked, so the run may be as if it had never been. */
static void undo(struct launcher *self, struct item *item, int cause) {
    struct run *run = item->run;
    char name[RUN_NAME_BYTES];
    run_name(name, run->job_id, run->attempt);
    if (item->run_fd >= 0) {
        unlinkat(item->run_fd, "intent", 0);
        unlinkat(item->run_fd, "control", 0);
        unlinkat(self->runs_fd, name, AT_REMOVEDIR);
    }
    close_files(item);
    for (size_t i = 0; i < item_count; i++) {
        if (items[i].run == run) {
            items[i].run = NULL;
            items[i].status = STATUS_FAILED;
            items[i].reason = (uint32_t)cause;
            snprintf(items[i].text, sizeof items[i].text, "%s", strerror(cause));
        }
    }
    run_drop(self, run);
}

static uint8_t *append(uint8_t *at, const void *bytes, size_t length) {
    if (length > 0) {
        memcpy(at, bytes, length);
    }
    return at + length;
}

/* Each group of version 1 is made, joined and removed for itself: those that limit nothing are left out. */
static void leave_out_unlimited(struct launch_spec *spec) {
    if (!spec->layout.unified && spec->core_count == 0) {
        spec->layout.controller[CONTROLLER_CPUSET][0] = 0;
        spec->layout.controller[CONTROLLER_CPU][0] = 0;
    }
    if (!spec->layout.unified && spec->pids_max == 0) {
        spec->layout.controller[CONTROLLER_PIDS][0] = 0;
    }
    if (spec->denied_count == 0) {
        spec->layout.controller[CONTROLLER_DEVICES][0] = 0;
    }
}

static void describe(const struct launcher *self, const struct order *order, const struct identity *identity,
                     const struct run *run, size_t denied, struct launch_spec *spec) {
    memset(spec, 0, sizeof *spec);
    spec->denied_count = (uint32_t)denied;
    spec->magic = SPEC_MAGIC;
    spec->job_id = order->job_id;
    spec->attempt = order->attempt;
    spec->grace_ms = order->grace_ms;
    spec->mem_bytes = order->mem_bytes;
    spec->pids_max = order->pids_max;
    spec->uid = identity->uid;
    spec->gid = identity->gid;
    spec->spool_group = self->agent_gid;
    spec->switch_identity = self->is_root;
    spec->no_new_privs = (order->flags & ORDER_NO_NEW_PRIVS) != 0;
    spec->private_tmp = self->options.private_tmp;
    memcpy(spec->absent_events, self->absent_events, sizeof spec->absent_events);
    spec->start_ms = run->start_ms;
    memcpy(spec->boot_id, self->boot_id, BOOT_ID_BYTES);
    spec->layout = self->layout;
    run_name(spec->run_name, order->job_id, order->attempt);
    snprintf(spec->run_path, sizeof spec->run_path, "%.3900s/runs/%s", self->data_path, spec->run_name);
    spec->group_count = identity->group_count;
    spec->core_count = order->core_count;
    leave_out_unlimited(spec);
    spec->work_dir_length = order->work_dir.length;
    spec->stdout_length = order->stdout_path.length;
    spec->stderr_length = order->stderr_path.length;
    spec->environment_length = order->environment.length;
    spec->script_length = order->script.length;
}

static int write_spec(const struct launcher *self, const struct order *order, const struct identity *identity,
                      const struct run *run) {
    static struct device denied[MAX_DEVICES];
    size_t groups = sizeof(gid_t) * identity->group_count;
    size_t denied_count = devices_denied(self->devices, self->device_count, order->devices.bytes,
                                         order->devices.length, denied);
    size_t devices = sizeof(struct device) * denied_count;
    size_t total = sizeof(struct launch_spec) + groups + devices + (size_t)2 * order->core_count + order->work_dir.length +
                   order->stdout_path.length + order->stderr_path.length + 3 + order->environment.length +
                   order->script.length;
    struct launch_spec *spec = malloc(total);
    if (spec == NULL) {
        return -1;
    }
    describe(self, order, identity, run, denied_count, spec);
    spec->total_bytes = (uint32_t)total;
    uint8_t *at = (uint8_t *)(spec + 1);
    at = append(at, identity->groups, groups);
    at = append(at, denied, devices);
    at = append(at, order->cores, (size_t)2 * order->core_count);
    at = append(append(at, order->work_dir.bytes, order->work_dir.length), "", 1);
    at = append(append(at, order->stdout_path.bytes, order->stdout_path.length), "", 1);
    at = append(append(at, order->stderr_path.bytes, order->stderr_path.length), "", 1);
    at = append(at, order->environment.bytes, order->environment.length);
    append(at, order->script.bytes, order->script.length);
    int fd = memfd_create("queqiao-order", MFD_CLOEXEC);
    if (fd >= 0 && write_all(fd, spec, total) != 0) {
        close(fd);
        fd = -1;
    }
    free(spec);
    return fd;
}

/* The directory of the run: whoever creates it is the one delivery that starts the run. */
static int prepare(struct launcher *self, struct item *item, const struct order *order,
                   const struct identity *identity) {
    char name[RUN_NAME_BYTES];
    run_name(name, order->job_id, order->attempt);
    if (mkdirat(self->runs_fd, name, 0711) != 0) {
        return -1;
    }
    item->run_fd = openat(self->runs_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (item->run_fd < 0 || mkfifoat(item->run_fd, "control", 0600) != 0) {
        return -1;
    }
    item->control_fd = openat(item->run_fd, "control", O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    item->run->fd = openat(item->run_fd, "control", O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
    if (item->control_fd < 0 || item->run->fd < 0) {
        return -1;
    }
    item->intent_fd = run_write_intent(item->run_fd, item->run);
    if (item->intent_fd < 0) {
        return -1;
    }
    item->spec_fd = write_spec(self, order, identity, item->run);
    return item->spec_fd < 0 ? -1 : 0;
}

void batch_launch(struct launcher *self, struct connection *connection, const struct order *order,
                  const struct identity *identity) {
    struct run *run = run_add(self, order->job_id, order->attempt);
    if (run == NULL) {
        batch_answer(self, connection, STATUS_BUSY, FULL, "too many runs are kept on this node", NULL);
        return;
    }
    run->state = RUN_RUNNING;
    run->uid = order->uid;
    run->not_after_ms = order->not_after_ms;
    run->start_ms = realtime_ms();
    run->witnessed = true;
    memcpy(run->boot_id, self->boot_id, BOOT_ID_BYTES);
    struct item *item = add_item(connection, STATUS_STARTED, 0, "", run);
    if (prepare(self, item, order, identity) != 0) {
        undo(self, item, errno);
    }
}

/* An own session, no handler or mask of the launcher, an empty environment, four descriptors. */
static int start_monitor(const struct launcher *self, const struct item *item, pid_t *pid) {
    char name[RUN_NAME_BYTES];
    char title[] = "queqiao-monitor";
    char *arguments[] = {title, name, NULL};
    char *environment[] = {NULL};
    const int sources[] = {self->null_fd, self->null_fd, self->null_fd, item->spec_fd,
                           item->run_fd,  self->spool_fd, item->control_fd};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    run_name(name, item->run->job_id, item->run->attempt);
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

static void start(struct launcher *self, struct item *item) {
    struct run *run = item->run;
    int cause = start_monitor(self, item, &run->pid);
    if (cause != 0) {
        undo(self, item, cause);
        return;
    }
    run_save_pid(item->intent_fd, run->pid);
    close_files(item);
    watch_fd(self, run->fd, 0, run);
}

static void answer(const struct item *item) {
    uint8_t receipt[RECEIPT_BYTES];
    const struct run *run = item->run;
    if (item->connection == NULL) {
        return;
    }
    if (run != NULL) {
        put_u32(receipt, (uint32_t)run->pid);
        put_u32(receipt + 4, run->state);
        put_u64(receipt + 8, run->start_ms);
        memcpy(receipt + 16, run->boot_id, BOOT_ID_BYTES);
    }
    connection_reply(item->connection, LAUNCH, item->status, item->reason, item->text, receipt,
                     run != NULL ? sizeof receipt : 0);
    item->connection->batched = false;
}

/* Durable before effect: a failed sync ends the process before anything of the batch is started. */
static void sync_intents(const struct launcher *self) {
    int fds[MAX_SYNCS];
    size_t count = 0;
    for (size_t i = 0; i < item_count; i++) {
        if (items[i].intent_fd >= 0) {
            fds[count++] = items[i].intent_fd;
            fds[count++] = items[i].run_fd;
        }
    }
    if (count > 0) {
        fds[count++] = self->runs_fd;
        if (sync_all(fds, count) != 0) {
            fatal("sync the intents");
        }
    }
}

bool batch_commit(struct launcher *self) {
    sync_intents(self);
    for (size_t i = 0; i < item_count; i++) {
        if (items[i].intent_fd >= 0) {
            start(self, &items[i]);
        }
    }
    for (size_t i = 0; i < item_count; i++) {
        if (items[i].run != NULL) {
            run_refresh(self, items[i].run);
        }
        answer(&items[i]);
    }
    bool moved = item_count > 0;
    item_count = 0;
    return moved;
}
