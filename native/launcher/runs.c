/* The runs of this node: an ordered table over the file of intents that makes them durable. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bytes.h"
#include "launcher.h"
#include "processes.h"

/* A slot of the file of intents; one of zeros is free. A sector holds whole slots, so none is ever written in part. */
enum { INTENT_BYTES = 64, INTENT_PID_AT = 56, INTENT_CRC_AT = 60, SLOTS_AT_ONCE = 64 };

static const uint32_t intent_magic = 0x5151494E;

static void run_changed(struct launcher *self, struct watch *watch);

size_t run_position(const struct launcher *self, uint64_t job_id, uint32_t attempt) {
    size_t low = 0;
    size_t high = self->run_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct run *run = self->runs[middle];
        if (run->job_id < job_id || (run->job_id == job_id && run->attempt < attempt)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

struct run *run_find(const struct launcher *self, uint64_t job_id, uint32_t attempt) {
    size_t at = run_position(self, job_id, attempt);
    struct run *run = at < self->run_count ? self->runs[at] : NULL;
    return run != NULL && run->job_id == job_id && run->attempt == attempt ? run : NULL;
}

struct run *run_add(struct launcher *self, uint64_t job_id, uint32_t attempt) {
    if (self->run_count == MAX_RUNS) {
        return NULL;
    }
    struct run *run = calloc(1, sizeof *run);
    if (run == NULL) {
        fatal("memory for the table of runs");
    }
    run->watch.ready = run_changed;
    run->job_id = job_id;
    run->attempt = attempt;
    run_name(run->name, job_id, attempt);
    run->fd = -1;
    size_t at = run_position(self, job_id, attempt);
    memmove(self->runs + at + 1, self->runs + at, (self->run_count - at) * sizeof(struct run *));
    self->runs[at] = run;
    self->run_count++;
    return run;
}

/* A file of the run, among those of all, or its record in the spool. */
static int open_file(int folder, const struct run *run, const char *kind, int flags) {
    char file[RUN_FILE_BYTES];
    run_file(file, run->job_id, run->attempt, kind);
    return openat(folder, file, flags | O_NOFOLLOW | O_CLOEXEC);
}

static bool has_file(int folder, const struct run *run, const char *kind) {
    char file[RUN_FILE_BYTES];
    run_file(file, run->job_id, run->attempt, kind);
    return faccessat(folder, file, F_OK, 0) == 0;
}

int run_open_control(const struct launcher *self, const struct run *run) {
    return open_file(self->runs_fd, run, "control", O_WRONLY | O_NONBLOCK);
}

static off_t slot_at(uint32_t slot) {
    return (off_t)INTENT_BYTES * (slot - 1);
}

/* The file grows by many slots at once: a sync of one that does not grow writes nothing but the slots. */
int run_write_intent(struct launcher *self, struct run *run) {
    static const uint8_t none[INTENT_BYTES * SLOTS_AT_ONCE];
    uint8_t bytes[INTENT_BYTES] = {0};
    put_u32(bytes, intent_magic);
    put_u64(bytes + 8, run->job_id);
    put_u32(bytes + 16, run->attempt);
    put_u32(bytes + 20, run->uid);
    put_u64(bytes + 24, run->not_after_ms);
    put_u64(bytes + 32, run->start_ms);
    memcpy(bytes + 40, run->boot_id, BOOT_ID_BYTES);
    put_u32(bytes + INTENT_CRC_AT, crc32_ieee(bytes, INTENT_PID_AT));
    uint32_t slot = self->free_count > 0 ? self->free_slots[self->free_count - 1] : self->slot_count + 1;
    bool grows = slot > self->slot_count && slot % SLOTS_AT_ONCE == 1;
    if ((grows && pwrite(self->intents_fd, none, sizeof none, slot_at(slot)) != (ssize_t)sizeof none) ||
        pwrite(self->intents_fd, bytes, sizeof bytes, slot_at(slot)) != (ssize_t)sizeof bytes) {
        return -1;
    }
    self->slot_count += self->free_count == 0;
    self->free_count -= self->free_count > 0;
    run->slot = slot;
    return 0;
}

void intents_sync(const struct launcher *self) {
    if (fdatasync(self->intents_fd) != 0) {
        fatal("sync the intents");
    }
}

/* For receipts after a restart; of use within this boot only, so it is not synced. */
void run_save_pid(const struct launcher *self, const struct run *run) {
    uint8_t bytes[4];
    put_u32(bytes, (uint32_t)run->pid);
    if (pwrite(self->intents_fd, bytes, sizeof bytes, slot_at(run->slot) + INTENT_PID_AT) != (ssize_t)sizeof bytes) {
        fatal("write a receipt");
    }
}

static void clear_slot(struct launcher *self, uint32_t slot) {
    static const uint8_t none[INTENT_BYTES];
    if (slot == 0) {
        return;
    }
    if (pwrite(self->intents_fd, none, sizeof none, slot_at(slot)) != (ssize_t)sizeof none) {
        fatal("clear an intent");
    }
    self->free_slots[self->free_count++] = slot;
}

/* Behind its intent: files without one are of no run. */
static void remove_files(const struct launcher *self, const struct run *run) {
    static const char *const kinds[] = {"script", "ended", "control"};
    char file[RUN_FILE_BYTES];
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        run_file(file, run->job_id, run->attempt, kinds[i]);
        unlinkat(self->runs_fd, file, 0);
    }
    if (has_file(self->runs_fd, run, "tmp")) {
        /* Its monitor died before it removed that. */
        remove_tmp(self, run->name, false);
    }
}

void run_undo(struct launcher *self, struct run *run) {
    size_t at = run_position(self, run->job_id, run->attempt);
    memmove(self->runs + at, self->runs + at + 1, (self->run_count - at - 1) * sizeof(struct run *));
    self->run_count--;
    clear_slot(self, run->slot);
    remove_files(self, run);
    close_fd(&run->fd);
    free(run);
}

bool run_read_record(const struct launcher *self, const struct run *run, uint8_t record[RECORD_BYTES]) {
    int fd = open_file(self->spool_fd, run, "exit", O_RDONLY);
    ssize_t length = fd < 0 ? -1 : read(fd, record, RECORD_BYTES);
    close_fd(&fd);
    return length == RECORD_BYTES;
}

/* A record is the end, also while its monitor still tidies up. */
void run_refresh(struct launcher *self, struct run *run) {
    if (run->state == RUN_RUNNING && has_file(self->spool_fd, run, "exit")) {
        run->state = RUN_ENDED;
        close_fd(&run->fd);
    }
}

static void write_loss(struct launcher *self, struct run *run, uint32_t flags, const char *text) {
    struct exit_record record = {.job_id = run->job_id,
                                 .attempt = run->attempt,
                                 .flags = flags,
                                 .start_ms = run->start_ms,
                                 .end_ms = realtime_ms(),
                                 .uid = run->uid};
    memcpy(record.boot_id, run->boot_id, BOOT_ID_BYTES);
    snprintf(record.text, sizeof record.text, "%s", text);
    if ((flags & MONITOR_LOST) != 0) {
        cgroup_usage(&self->node.layout, run->name, &record);
    }
    bool written = record_write(self->spool_fd, self->node.spool_group, &record, NULL, 0) == 0 || errno == EEXIST;
    if (!written && has_file(self->runs_fd, run, "tmp")) {
        /* Its own /tmp may be what filled the disk. */
        remove_tmp(self, run->name, true);
        written = record_write(self->spool_fd, self->node.spool_group, &record, NULL, 0) == 0 || errno == EEXIST;
    }
    if (!written) {
        fatal("write an exit record");
    }
    run->state = RUN_ENDED;
    close_fd(&run->fd);
}

/* Kills what a dead monitor left; the empty group is the proof that nothing is left. */
static void resolve_loss(struct launcher *self, struct run *run) {
    if (self->node.layout.tracking[0] == 0) {
        self->orphans_left = true;
        return;
    }
    if (run->fd < 0) {
        run->fd = cgroup_open_events(&self->node.layout, run->name);
        if (run->fd >= 0 && !self->node.layout.tracks_by_freezer) {
            watch_fd(self, run->fd, EPOLLPRI, &run->watch);
        } else if (run->fd < 0 && errno != ENOENT) {
            fatal("watch a control group");
        }
    }
    cgroup_kill(&self->node.layout, run->name);
    if (run->fd < 0 || !cgroup_populated(run->fd)) {
        write_loss(self, run, MONITOR_LOST, "the monitor of the run died");
        cgroup_remove(&self->node.layout, run->name);
    } else if (self->node.layout.tracks_by_freezer) {
        /* Nothing tells when its group is empty. */
        self->orphans_left = true;
    }
}

static void run_changed(struct launcher *self, struct watch *watch) {
    struct run *run = (struct run *)(void *)watch;
    run_refresh(self, run);
    if (run->state == RUN_RUNNING) {
        close_fd(&run->fd);
        run->state = RUN_UNKNOWN;
    }
    if (run->state == RUN_UNKNOWN) {
        resolve_loss(self, run);
    }
}

/* Where nothing tells when a group is empty it is asked. Without control groups: whoever was reparented to the launcher had a monitor that died. */
void runs_end_orphans(struct launcher *self) {
    bool tracked = self->node.layout.tracking[0] != 0;
    self->orphans_left = !tracked;
    for (size_t i = 0; tracked && i < self->run_count; i++) {
        if (self->runs[i]->state == RUN_UNKNOWN) {
            resolve_loss(self, self->runs[i]);
        }
    }
    if (tracked) {
        return;
    }
    pid_t *spared = calloc(self->run_count + HELPERS, sizeof *spared);
    size_t count = 0;
    if (spared == NULL) {
        fatal("memory for the living monitors");
    }
    for (size_t i = 0; i < self->run_count; i++) {
        if (self->runs[i]->state == RUN_RUNNING) {
            spared[count++] = self->runs[i]->pid;
        }
    }
    memcpy(spared + count, self->helpers, sizeof self->helpers);
    if (signal_descendants(getpid(), SIGKILL, NULL, spared, count + HELPERS) == 0) {
        self->orphans_left = false;
        for (size_t i = 0; i < self->run_count; i++) {
            struct run *run = self->runs[i];
            if (run->state == RUN_UNKNOWN) {
                uint32_t unproven = run->witnessed ? 0 : END_UNPROVEN;
                write_loss(self, run, MONITOR_LOST | unproven, "the monitor of the run died");
            }
        }
    }
    free(spared);
}

/* The record becomes the tombstone. */
int run_forget(struct launcher *self, struct run *run) {
    char record[RUN_FILE_BYTES];
    char tombstone[RUN_FILE_BYTES];
    run_file(record, run->job_id, run->attempt, "exit");
    run_file(tombstone, run->job_id, run->attempt, "ended");
    if (renameat(self->spool_fd, record, self->runs_fd, tombstone) != 0) {
        return -1;
    }
    run->state = RUN_FORGOTTEN;
    close_fd(&run->fd);
    return 0;
}

static bool is_over(const struct run *run, uint64_t now_ms) {
    return run->state == RUN_FORGOTTEN && run->not_after_ms + TOMBSTONE_EXTRA_MS < now_ms;
}

/* No intent may come back, by a loss of power, when the tombstone behind it is gone. */
void runs_sweep(struct launcher *self) {
    uint64_t now_ms = realtime_ms();
    uint32_t free_before = self->free_count;
    size_t kept = 0;
    for (size_t i = 0; i < self->run_count; i++) {
        if (is_over(self->runs[i], now_ms)) {
            clear_slot(self, self->runs[i]->slot);
        }
    }
    if (self->free_count == free_before) {
        return;
    }
    intents_sync(self);
    for (size_t i = 0; i < self->run_count; i++) {
        struct run *run = self->runs[i];
        if (is_over(run, now_ms)) {
            remove_files(self, run);
            free(run);
        } else {
            self->runs[kept++] = run;
        }
    }
    self->run_count = kept;
}

static void recover(struct launcher *self, struct run *run) {
    if (has_file(self->runs_fd, run, "ended")) {
        run->state = RUN_FORGOTTEN;
    } else if (has_file(self->spool_fd, run, "exit")) {
        run->state = RUN_ENDED;
    } else if (memcmp(run->boot_id, self->node.boot_id, BOOT_ID_BYTES) != 0) {
        write_loss(self, run, REBOOTED, "the node rebooted while the run was alive");
    } else {
        run->state = RUN_RUNNING;
        run->fd = run_open_control(self, run);
        if (run->fd >= 0) {
            watch_fd(self, run->fd, 0, &run->watch);
        } else {
            run_changed(self, &run->watch);
        }
    }
}

/* What is not whole is of a launcher that died before it was durable, hence before it forked anything. */
static void read_intents(struct launcher *self) {
    uint8_t bytes[INTENT_BYTES];
    for (uint32_t slot = 1; pread(self->intents_fd, bytes, sizeof bytes, slot_at(slot)) == (ssize_t)sizeof bytes; slot++) {
        bool whole = get_u32(bytes) == intent_magic && get_u32(bytes + INTENT_CRC_AT) == crc32_ieee(bytes, INTENT_PID_AT);
        struct run *run = whole && run_find(self, get_u64(bytes + 8), get_u32(bytes + 16)) == NULL
                              ? run_add(self, get_u64(bytes + 8), get_u32(bytes + 16)) : NULL;
        self->slot_count = slot;
        if (run == NULL) {
            clear_slot(self, slot);
            continue;
        }
        run->slot = slot;
        run->uid = get_u32(bytes + 20);
        run->not_after_ms = get_u64(bytes + 24);
        run->start_ms = get_u64(bytes + 32);
        memcpy(run->boot_id, bytes + 40, BOOT_ID_BYTES);
        run->pid = (pid_t)get_u32(bytes + INTENT_PID_AT);
        recover(self, run);
    }
}

static void remove_stray(struct launcher *self, const char *name, const char *behind, uint64_t job_id, uint32_t attempt) {
    struct run run = {.job_id = job_id, .attempt = attempt};
    if (*behind == '.' && run_find(self, job_id, attempt) == NULL) {
        memcpy(run.name, name, RUN_NAME_BYTES);
        remove_files(self, &run);
    }
}

/* A group without a run: the data folder was emptied under a running job. */
static void end_stray(struct launcher *self, const char *name, const char *behind, uint64_t job_id, uint32_t attempt) {
    const struct run *run = run_find(self, job_id, attempt);
    if (*behind == 0 && (run == NULL || run->state == RUN_ENDED || run->state == RUN_FORGOTTEN)) {
        cgroup_kill(&self->node.layout, name);
        cgroup_remove(&self->node.layout, name);
    }
}

/* All of a folder that begin with JOB.ATTEMPT, with that and with what stands behind it. */
static void each_of(struct launcher *self, DIR *folder,
                    void (*take)(struct launcher *, const char *, const char *, uint64_t, uint32_t)) {
    for (struct dirent *entry = NULL; folder != NULL && (entry = readdir(folder)) != NULL;) {
        uint64_t job_id = 0;
        uint32_t attempt = 0;
        char name[RUN_NAME_BYTES];
        if (sscanf(entry->d_name, "%" SCNu64 ".%" SCNu32, &job_id, &attempt) == 2) {
            run_name(name, job_id, attempt);
            if (strncmp(entry->d_name, name, strlen(name)) == 0) {
                take(self, name, entry->d_name + strlen(name), job_id, attempt);
            }
        }
    }
    if (folder != NULL) {
        closedir(folder);
    }
}

void runs_recover(struct launcher *self) {
    int fd = openat(self->runs_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *runs = fd < 0 ? NULL : fdopendir(fd);
    self->intents_fd = openat(self->runs_fd, "intents", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (runs == NULL || self->intents_fd < 0 || fsync(self->runs_fd) != 0) {
        fatal("open the runs");
    }
    if (lseek(self->intents_fd, 0, SEEK_END) > slot_at(MAX_RUNS + 1)) {
        errno = EFBIG;
        fatal("read the intents");
    }
    read_intents(self);
    each_of(self, runs, remove_stray);
    each_of(self, self->node.layout.tracking[0] == 0 ? NULL : opendir(self->node.layout.tracking), end_stray);
}
