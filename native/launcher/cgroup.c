#define _GNU_SOURCE
#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/bpf.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "processes.h"

enum { CGROUP_V1_MAGIC = 0x27e0eb, CGROUP_V2_MAGIC = 0x63677270, FILE_BYTES = 4096 };

static const char *const controller_names[CONTROLLERS] = {"cpuset", "memory", "pids", "cpu", "devices"};

static const char freezer_root[] = "/sys/fs/cgroup/freezer";

const char *cgroup_controller_name(int which) {
    return controller_names[which];
}

static int write_file(const char *base, const char *group, const char *file, const char *text) {
    char path[CGROUP_PATH_BYTES];
    if (snprintf(path, sizeof path, "%s/%s/%s", base, group, file) >= (int)sizeof path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return -1;
    }
    int result = write_all(fd, text, strlen(text));
    int cause = errno;
    if (close(fd) != 0) {
        return -1;
    }
    errno = cause;
    return result;
}

static int read_file(const char *base, const char *group, const char *file, char text[FILE_BYTES]) {
    char path[CGROUP_PATH_BYTES];
    text[0] = 0;
    if (snprintf(path, sizeof path, "%s/%s/%s", base, group, file) >= (int)sizeof path) {
        return -1;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0) {
        return -1;
    }
    ssize_t length = read(fd, text, FILE_BYTES - 1);
    text[length < 0 ? 0 : length] = 0;
    return close(fd) != 0 || length < 0 ? -1 : 0;
}

/* The number after `key ` at the start of a line of a kernel file, or 0. */
static uint64_t keyed_number(const char *text, const char *key) {
    size_t length = strlen(key);
    for (const char *line = text; line != NULL && *line != 0;) {
        if (strncmp(line, key, length) == 0 && line[length] == ' ') {
            return strtoull(line + length + 1, NULL, 10);
        }
        line = strchr(line, '\n');
        line = line == NULL ? NULL : line + 1;
    }
    return 0;
}

static bool is_mounted(const char *path, long magic) {
    struct statfs fs;
    return statfs(path, &fs) == 0 && (long)fs.f_type == magic;
}

static int make_base(char path[CGROUP_BASE_BYTES], const char *root, const char *base, char *reason) {
    snprintf(path, CGROUP_BASE_BYTES, "%s/%s", root, base);
    if (mkdir(path, 0755) == 0 || errno == EEXIST) {
        return 0;
    }
    snprintf(reason, CGROUP_REASON_BYTES, "%s: %s", path, strerror(errno));
    path[0] = 0;
    return -1;
}

/*
 * Version 1 starts a cpuset without cores or memory nodes. The base takes all that the machine has, once. The
 * groups of runs start empty, so that they can be taken out of what the scheduler balances by itself.
 */
static int fill_cpuset(const char *base) {
    static const char *const files[] = {"cpuset.mems", "cpuset.cpus"};
    char text[FILE_BYTES];
    char present[FILE_BYTES];
    for (int i = 0; i < 2; i++) {
        if (read_file(base, "..", files[i], text) != 0 || read_file(base, ".", files[i], present) != 0) {
            return -1;
        }
        if (strcmp(text, present) != 0 && write_file(base, ".", files[i], text) != 0) {
            return -1;
        }
    }
    return write_file(base, ".", "cgroup.clone_children", "0");
}

static void discover_v1(struct cgroup_layout *layout, struct cgroup_reasons *reasons, const char *base, int which) {
    char root[64];
    char *path = layout->controller[which];
    char *reason = reasons->controller[which];
    snprintf(root, sizeof root, "/sys/fs/cgroup/%s", controller_names[which]);
    if (!is_mounted(root, CGROUP_V1_MAGIC)) {
        snprintf(reason, CGROUP_REASON_BYTES, "%s is not mounted", root);
    } else if (make_base(path, root, base, reason) == 0) {
        if (which == CONTROLLER_CPUSET && fill_cpuset(path) != 0) {
            snprintf(reason, CGROUP_REASON_BYTES, "cpuset of %s: %s", root, strerror(errno));
            path[0] = 0;
        } else {
            snprintf(reason, CGROUP_REASON_BYTES, "version 1, %s", root);
        }
    }
}

static void discover_v2(struct cgroup_layout *layout, struct cgroup_reasons *reasons, const char *root, int which) {
    char enable[16];
    char *reason = reasons->controller[which];
    snprintf(enable, sizeof enable, "+%s", controller_names[which]);
    if (write_file(root, ".", "cgroup.subtree_control", enable) != 0 ||
        write_file(layout->tracking, ".", "cgroup.subtree_control", enable) != 0) {
        snprintf(reason, CGROUP_REASON_BYTES, "cannot enable %s in %s: %s", enable, root, strerror(errno));
    } else {
        memcpy(layout->controller[which], layout->tracking, CGROUP_BASE_BYTES);
        snprintf(reason, CGROUP_REASON_BYTES, "version 2, %s", root);
    }
}

/* Version 2 has no files for devices: a program decides, which needs no controller of its own. */
static bool discover_device_program(struct cgroup_layout *layout, struct cgroup_reasons *reasons) {
    char *reason = reasons->controller[CONTROLLER_DEVICES];
    int program = layout->tracks_by_freezer ? -1 : devices_program(NULL, 0);
    if (program < 0) {
        snprintf(reason, CGROUP_REASON_BYTES, "no program of version 2: %s", strerror(errno));
        return false;
    }
    close(program);
    memcpy(layout->controller[CONTROLLER_DEVICES], layout->tracking, CGROUP_BASE_BYTES);
    snprintf(reason, CGROUP_REASON_BYTES, "version 2, a program for each run");
    return true;
}

static void discover_controller(struct cgroup_layout *layout, struct cgroup_reasons *reasons, const char *root,
                                const char *base, int which) {
    if (which == CONTROLLER_DEVICES) {
        if (!discover_device_program(layout, reasons) && !layout->unified) {
            discover_v1(layout, reasons, base, which);
        }
    } else if (layout->unified) {
        discover_v2(layout, reasons, root, which);
    } else {
        discover_v1(layout, reasons, base, which);
    }
}

static void discover_tracking(struct cgroup_layout *layout, char *reason, const char *root, const char *base) {
    if (is_mounted(root, CGROUP_V2_MAGIC)) {
        if (make_base(layout->tracking, root, base, reason) == 0) {
            snprintf(reason, CGROUP_REASON_BYTES, "%s, %s", layout->unified ? "unified" : "hybrid", root);
        }
    } else if (!is_mounted(freezer_root, CGROUP_V1_MAGIC)) {
        snprintf(reason, CGROUP_REASON_BYTES, "neither control groups of version 2 nor a freezer of version 1");
    } else if (make_base(layout->tracking, freezer_root, base, reason) == 0) {
        layout->tracks_by_freezer = true;
        snprintf(reason, CGROUP_REASON_BYTES, "version 1, %s", freezer_root);
    }
}

void cgroup_discover(struct cgroup_layout *layout, struct cgroup_reasons *reasons, const char *base, unsigned wanted) {
    memset(layout, 0, sizeof *layout);
    layout->unified = is_mounted("/sys/fs/cgroup", CGROUP_V2_MAGIC);
    const char *root = layout->unified ? "/sys/fs/cgroup" : "/sys/fs/cgroup/unified";
    if (base == NULL) {
        snprintf(reasons->tracking, CGROUP_REASON_BYTES, "not started by root");
    } else {
        discover_tracking(layout, reasons->tracking, root, base);
    }
    for (int which = 0; which < CONTROLLERS; which++) {
        if (layout->tracking[0] == 0) {
            memcpy(reasons->controller[which], reasons->tracking, CGROUP_REASON_BYTES);
        } else if ((wanted & (1U << which)) == 0) {
            snprintf(reasons->controller[which], CGROUP_REASON_BYTES, "switched off by --limits");
        } else {
            discover_controller(layout, reasons, root, base, which);
        }
    }
}

/* Whether the controller has groups beside those that track. */
static bool has_own_group(const struct cgroup_layout *layout, int which) {
    return layout->controller[which][0] != 0 && strcmp(layout->controller[which], layout->tracking) != 0;
}

static int make_group(const char *base, const char *run) {
    char path[CGROUP_PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", base, run);
    return mkdir(path, 0755);
}

/* Version 2 takes a processor that is switched off, and lets a group without any other have those of the base. */
static int set_cpus(const struct cgroup_layout *layout, const char *run, const char *cpus) {
    char taken[FILE_BYTES];
    char effective[FILE_BYTES];
    const char *base = layout->controller[CONTROLLER_CPUSET];
    int result = write_file(base, run, "cpuset.cpus", cpus);
    if (result == 0 && layout->unified) {
        bool same = read_file(base, run, "cpuset.cpus", taken) == 0 &&
                    read_file(base, run, "cpuset.cpus.effective", effective) == 0 && strcmp(taken, effective) == 0;
        errno = EINVAL;
        result = same ? 0 : -1;
    }
    return result;
}

static int limit_cores(const struct cgroup_layout *layout, const char *run, const struct cgroup_limits *limits) {
    char list[FILE_BYTES];
    const char *base = layout->controller[CONTROLLER_CPUSET];
    if (limits->core_count == 0) {
        return 0;
    }
    /*
     * The base balances for all groups in it, so the scheduler's domains need not be built again, with every process
     * of the node held up, for a group that says before it has cores that it is none; nor at its end.
     */
    if (!layout->unified &&
        (write_file(base, run, "cpuset.sched_load_balance", "0") != 0 || read_file(base, ".", "cpuset.mems", list) != 0 ||
         write_file(base, run, "cpuset.mems", list) != 0)) {
        return -1;
    }
    return set_cpus(layout, run, limits->cpus);
}

static int limit_memory(const struct cgroup_layout *layout, const char *run, uint64_t bytes) {
    char text[24];
    const char *base = layout->controller[CONTROLLER_MEMORY];
    snprintf(text, sizeof text, "%" PRIu64, bytes);
    if (bytes == 0) {
        return 0;
    }
    if (write_file(base, run, layout->unified ? "memory.max" : "memory.limit_in_bytes", text) != 0) {
        return -1;
    }
    /* Where swap is not accounted the file is absent, and there is nothing to limit. */
    int swap = layout->unified ? write_file(base, run, "memory.swap.max", "0")
                               : write_file(base, run, "memory.memsw.limit_in_bytes", text);
    return swap == 0 || errno == ENOENT ? 0 : -1;
}

static int limit_pids(const struct cgroup_layout *layout, const char *run, uint32_t pids_max) {
    char text[16];
    snprintf(text, sizeof text, "%" PRIu32, pids_max);
    return pids_max == 0 ? 0 : write_file(layout->controller[CONTROLLER_PIDS], run, "pids.max", text);
}

/* So much time of each period on a processor as the order has cores. */
static int limit_cpu(const struct cgroup_layout *layout, const char *run, uint32_t core_count) {
    enum { PERIOD_US = 100000 };
    char text[32];
    const char *base = layout->controller[CONTROLLER_CPU];
    unsigned long quota = (unsigned long)core_count * PERIOD_US;
    if (core_count == 0) {
        return 0;
    }
    snprintf(text, sizeof text, layout->unified ? "%lu 100000" : "%lu", quota);
    return write_file(base, run, layout->unified ? "cpu.max" : "cpu.cfs_quota_us", text);
}

static int deny_devices(const struct cgroup_layout *layout, const char *run, const struct cgroup_limits *limits) {
    char text[CGROUP_PATH_BYTES];
    const char *base = layout->controller[CONTROLLER_DEVICES];
    if (limits->denied_count == 0) {
        return 0;
    }
    if (!has_own_group(layout, CONTROLLER_DEVICES)) {
        int program = devices_program(limits->denied, limits->denied_count);
        snprintf(text, sizeof text, "%s/%s", base, run);
        int result = program < 0 ? -1 : bpf_attach(program, BPF_CGROUP_DEVICE, text);
        int cause = errno;
        if (program >= 0) {
            close(program);
        }
        errno = cause;
        return result;
    }
    for (size_t i = 0; i < limits->denied_count; i++) {
        const struct device *device = &limits->denied[i];
        snprintf(text, sizeof text, "%c %u:%u rwm", device->is_block ? 'b' : 'c', device->major, device->minor);
        if (write_file(base, run, "devices.deny", text) != 0) {
            return -1;
        }
    }
    return 0;
}

static int limit(const struct cgroup_layout *layout, const char *run, const struct cgroup_limits *limits, int which,
                 const char **what) {
    switch ((enum controller)which) {
    case CONTROLLER_CPUSET:
        *what = "restrict the cores";
        return limit_cores(layout, run, limits);
    case CONTROLLER_MEMORY:
        *what = "limit the memory";
        return limit_memory(layout, run, limits->mem_bytes);
    case CONTROLLER_PIDS:
        *what = "limit the number of processes";
        return limit_pids(layout, run, limits->pids_max);
    case CONTROLLER_CPU:
        *what = "limit the CPU time";
        return limit_cpu(layout, run, limits->core_count);
    case CONTROLLER_DEVICES:
        *what = "deny the devices of others";
        return deny_devices(layout, run, limits);
    case CONTROLLERS:
        break;
    }
    return 0;
}

int cgroup_create(const struct cgroup_layout *layout, const char *run, const struct cgroup_limits *limits,
                  const char **what) {
    *what = "create the control group";
    if (layout->tracking[0] == 0) {
        return 0;
    }
    if (make_group(layout->tracking, run) != 0) {
        return -1;
    }
    for (int which = 0; which < CONTROLLERS; which++) {
        if (layout->controller[which][0] == 0) {
            continue;
        }
        if (has_own_group(layout, which) && make_group(layout->controller[which], run) != 0) {
            return -1;
        }
        if (limit(layout, run, limits, which, what) != 0) {
            return -1;
        }
    }
    return 0;
}

/*
 * The child is born in the tracking group where the kernel can do that (5.7): a later move of a
 * process stops every fork, exec and exit of the machine for some milliseconds.
 */
pid_t cgroup_fork(const struct cgroup_layout *layout, const char *run, bool *born_inside) {
    char path[CGROUP_PATH_BYTES];
    *born_inside = false;
    if (layout->tracking[0] == 0 || layout->tracks_by_freezer) {
        return fork();
    }
    snprintf(path, sizeof path, "%s/%s", layout->tracking, run);
    int group = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (group < 0) {
        return -1;
    }
    struct clone_args arguments = {
        .flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = (uint64_t)(unsigned)group};
    *born_inside = true;
    pid_t child = (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
    bool unable = child < 0 && (errno == ENOSYS || errno == EINVAL || errno == E2BIG || errno == EPERM);
    int cause = errno;
    if (child != 0) {
        close(group);
    }
    errno = cause;
    if (unable) {
        *born_inside = false;
        return fork();
    }
    return child;
}

/* Version 1 moves a single thread, and the child has no other, without stopping the machine. */
int cgroup_join(const struct cgroup_layout *layout, const char *run, bool born_inside) {
    if (layout->tracking[0] == 0) {
        return 0;
    }
    /* Tracking first: whoever is limited is also killed with the run. */
    if (!born_inside && write_file(layout->tracking, run, "cgroup.procs", "0") != 0) {
        return -1;
    }
    for (int which = 0; which < CONTROLLERS; which++) {
        if (has_own_group(layout, which) && write_file(layout->controller[which], run, "tasks", "0") != 0) {
            return -1;
        }
    }
    return 0;
}

int cgroup_open_events(const struct cgroup_layout *layout, const char *run) {
    char path[CGROUP_PATH_BYTES];
    const char *file = layout->tracks_by_freezer ? "cgroup.procs" : "cgroup.events";
    snprintf(path, sizeof path, "%s/%s/%s", layout->tracking, run, file);
    return open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
}

/*
 * Of version 1 the list of processes, which is empty when none is left. The kernel gives who has read
 * that list the same one again for a second, so it is opened anew each time.
 */
bool cgroup_populated(int events_fd) {
    char text[256];
    ssize_t length = pread(events_fd, text, sizeof text - 1, 0);
    if (length >= 0 && (length < 9 || strncmp(text, "populated", 9) != 0)) {
        snprintf(text, sizeof text, "/proc/self/fd/%d", events_fd);
        int fresh = open(text, O_RDONLY | O_CLOEXEC);
        length = fresh < 0 ? -1 : read(fresh, text, sizeof text - 1);
        int cause = errno;
        if (fresh >= 0) {
            close(fresh);
        }
        errno = cause;
    }
    if (length < 0) {
        return errno != ENODEV && errno != ENOENT;
    }
    text[length] = 0;
    return length > 0 && strstr(text, "populated 0") == NULL;
}

int cgroup_kill(const struct cgroup_layout *layout, const char *run) {
    if (layout->tracks_by_freezer) {
        /* Frozen, so that none starts another behind the list; they die as they thaw. */
        cgroup_freeze(layout, run, true);
        cgroup_signal(layout, run, SIGKILL, NULL);
        return cgroup_freeze(layout, run, false);
    }
    if (write_file(layout->tracking, run, "cgroup.kill", "1") == 0) {
        return 0;
    }
    /* Kernels before 5.14 have no cgroup.kill; the caller repeats until the group is empty. */
    cgroup_signal(layout, run, SIGKILL, NULL);
    return 0;
}

int cgroup_freeze(const struct cgroup_layout *layout, const char *run, bool stopped) {
    if (layout->tracks_by_freezer) {
        return write_file(layout->tracking, run, "freezer.state", stopped ? "FROZEN" : "THAWED");
    }
    return write_file(layout->tracking, run, "cgroup.freeze", stopped ? "1" : "0");
}

bool cgroup_frozen(const struct cgroup_layout *layout, const char *run) {
    char text[FILE_BYTES];
    if (layout->tracks_by_freezer) {
        return read_file(layout->tracking, run, "freezer.state", text) == 0 && strncmp(text, "FROZEN", 6) == 0;
    }
    return read_file(layout->tracking, run, "cgroup.events", text) == 0 && keyed_number(text, "frozen") == 1;
}

void cgroup_signal(const struct cgroup_layout *layout, const char *run, int signal, const char *only) {
    char path[CGROUP_PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s/cgroup.procs", layout->tracking, run);
    FILE *processes = fopen(path, "re");
    long pid = 0;
    while (processes != NULL && fscanf(processes, "%ld", &pid) == 1) {
        if (pid > 1 && (only == NULL || is_named((pid_t)pid, only))) {
            send_signal((pid_t)pid, signal);
        }
    }
    if (processes != NULL) {
        fclose(processes);
    }
}

int cgroup_open_figure(const struct cgroup_layout *layout, const char *run, enum cgroup_figure figure) {
    char path[CGROUP_PATH_BYTES];
    bool of_memory = figure == CGROUP_MEMORY;
    const char *base = of_memory ? layout->controller[CONTROLLER_MEMORY] : layout->tracking;
    const char *file = !of_memory         ? "cpu.stat"
                       : layout->unified ? "memory.current"
                                          : "memory.usage_in_bytes";
    if (base[0] == 0) {
        errno = ENOENT;
        return -1;
    }
    snprintf(path, sizeof path, "%s/%s/%s", base, run, file);
    return open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
}

void cgroup_usage(const struct cgroup_layout *layout, const char *run, struct exit_record *record) {
    char text[FILE_BYTES];
    if (layout->tracking[0] != 0 && read_file(layout->tracking, run, "cpu.stat", text) == 0) {
        record->user_us = keyed_number(text, "user_usec");
        record->system_us = keyed_number(text, "system_usec");
    }
    const char *memory = layout->controller[CONTROLLER_MEMORY];
    if (memory[0] == 0) {
        return;
    }
    if (read_file(memory, run, layout->unified ? "memory.peak" : "memory.max_usage_in_bytes", text) == 0) {
        record->max_rss_bytes = strtoull(text, NULL, 10);
    }
    if (read_file(memory, run, layout->unified ? "memory.events" : "memory.oom_control", text) == 0 &&
        keyed_number(text, "oom_kill") > 0) {
        record->flags |= OOM_KILLED;
    }
}

int cgroup_remove(const struct cgroup_layout *layout, const char *run) {
    char path[CGROUP_PATH_BYTES];
    if (layout->tracking[0] == 0) {
        return 0;
    }
    for (int which = 0; which < CONTROLLERS; which++) {
        if (has_own_group(layout, which)) {
            snprintf(path, sizeof path, "%s/%s", layout->controller[which], run);
            rmdir(path);
        }
    }
    snprintf(path, sizeof path, "%s/%s", layout->tracking, run);
    return rmdir(path) == 0 || errno == ENOENT ? 0 : -1;
}
