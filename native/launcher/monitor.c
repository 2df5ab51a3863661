/*
 * The monitor of one run: creates its control group, starts its main process as the user, waits
 * until the last process is gone and leaves the exit record. It needs nobody while it does so.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bytes.h"
#include "command.h"
#include "counters.h"
#include "handout.h"
#include "lease.h"
#include "processes.h"
#include "removal.h"
#include "spec.h"
#include "steps.h"
#include "traffic.h"

enum { RESCAN_MS = 20, RETRY_MS = 1000, STEP_FILES = 8, STEP_PROLOG = 10, STEP_LEASE = 11 };

static const uint64_t never = UINT64_MAX;

enum watched { WATCH_CONTROL, WATCH_CHILDREN, WATCH_FAILURE, WATCH_EVENTS, WATCH_MAIN, WATCH_LEASE, WATCHED };

struct monitor {
    const struct launch_spec *spec;
    struct launch_fields fields;
    struct device denied[MAX_DEVICES];
    size_t denied_count;
    struct exit_record record;
    struct run_counters counters;
    struct lease lease;
    struct pollfd watched[WATCHED];
    int events_fd; /* of the control group, or -1 */
    pid_t main_pid, host_pid; /* 0: there is none */
    bool main_ended;
    bool children_left;
    bool killing;
    bool lease_over;
    uint64_t kill_at_ms;
    uint64_t begin_by_ms; /* user code */
};

static void record_failure(struct monitor *self, uint32_t step, int cause, const char *what) {
    self->record.flags |= LAUNCH_FAILED;
    self->record.failed_step = step;
    self->record.failed_errno = (uint32_t)cause;
    snprintf(self->record.text, sizeof self->record.text, "%s: %s", what, strerror(cause));
}

static void record_lease(struct monitor *self, uint32_t more) {
    self->record.flags |= LEASE_OVER | more;
    snprintf(self->record.text, sizeof self->record.text, "no contact with the server for %u s, as long as its lease",
             self->spec->order.lease_ms / 1000);
}

static struct launch_spec *map_spec(void) {
    struct stat status;
    if (fstat(SPEC_FD, &status) != 0 || (size_t)status.st_size < sizeof(struct launch_spec)) {
        _exit(2);
    }
    struct launch_spec *spec = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE, SPEC_FD, 0);
    if (spec == MAP_FAILED || spec->magic != SPEC_MAGIC || spec->total_bytes != (uint32_t)status.st_size) {
        _exit(2);
    }
    return spec;
}

/* Each group of version 1 is made, joined and removed for itself: those that limit nothing are left out. */
static void leave_out_unlimited(struct launch_spec *spec, size_t denied) {
    struct cgroup_layout *layout = &spec->node.layout;
    if (!layout->unified && spec->order.core_count == 0) {
        layout->controller[CONTROLLER_CPUSET][0] = 0;
        layout->controller[CONTROLLER_CPU][0] = 0;
    }
    if (!layout->unified && spec->order.pids_max == 0) {
        layout->controller[CONTROLLER_PIDS][0] = 0;
    }
    if (denied == 0) {
        layout->controller[CONTROLLER_DEVICES][0] = 0;
    }
}

static void find_fields(struct monitor *self, struct launch_spec *spec) {
    const uint8_t *at = (const uint8_t *)(spec + 1);
    self->fields.groups = (const gid_t *)(const void *)at;
    at += sizeof(gid_t) * spec->group_count;
    self->fields.devices = (const struct listed_device *)(const void *)at;
    at += sizeof(struct listed_device) * spec->node.device_count;
    self->fields.cpus = (const char *)at;
    self->fields.order = at + spec->cpus_bytes;
    self->denied_count = devices_denied(self->fields.devices, spec->node.device_count, self->fields.order + spec->order.devices.at,
                                        spec->order.devices.length, self->denied);
    leave_out_unlimited(spec, self->denied_count);
    self->spec = spec;
    self->record.job_id = spec->order.job_id;
    self->record.attempt = spec->order.attempt;
    self->record.uid = spec->order.uid;
    self->record.start_ms = spec->start_ms;
    self->lease.ms = spec->order.lease_ms;
    self->lease.boot_id = spec->node.boot_id;
    memcpy(self->record.boot_id, spec->node.boot_id, BOOT_ID_BYTES);
}

/* The CPUs of the order's cores, all threads of each; -1 with errno for a core that the node does not have. */
static int list_cpus(const struct monitor *self, char *list, size_t size) {
    const uint8_t *cores = self->fields.order + self->spec->order.cores_at;
    char number[8];
    size_t used = 0;
    list[0] = 0;
    for (uint32_t i = 0; i < self->spec->order.core_count; i++) {
        unsigned core = get_u16(cores + (size_t)2 * i);
        const char *at = self->fields.cpus;
        if (at[0] == 0) {
            snprintf(number, sizeof number, "%u", core);
            at = number;
        }
        for (unsigned left = at == number ? 0 : core; at != NULL && left > 0; left--) {
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

/* Own session, no dump, adopts orphans, signals only by descriptor. */
static const char *prepare_monitor(struct monitor *self) {
    sigset_t all;
    sigset_t children;
    sigfillset(&all);
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    /* It was executed by a descriptor, whose number ps would show. */
    if (prctl(PR_SET_NAME, "queqiao-monitor", 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
        prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) {
        return "prepare the monitor";
    }
    /* Where children are ignored nothing tells how they end. */
    if (sigprocmask(SIG_SETMASK, &all, NULL) != 0 || signal(SIGCHLD, SIG_DFL) == SIG_ERR) {
        return "block the signals";
    }
    self->watched[WATCH_CHILDREN].fd = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
    return self->watched[WATCH_CHILDREN].fd < 0 ? "watch the children" : NULL;
}

/* The script, readable by its user alone, and the directory that becomes /tmp. */
static const char *write_private_files(const struct monitor *self) {
    const struct launch_spec *spec = self->spec;
    char file[RUN_FILE_BYTES];
    run_file(file, spec->order.job_id, spec->order.attempt, "script");
    int fd = openat(RUNS_FD, file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0500);
    if (fd < 0) {
        return "create the script file";
    }
    if (write_all(fd, self->fields.order + spec->order.script.at, spec->order.script.length) != 0) {
        return "write the script file";
    }
    if (spec->node.is_root && fchown(fd, spec->order.uid, spec->gid) != 0) {
        return "give the script file to its user";
    }
    if (close(fd) != 0) {
        return "close the script file";
    }
    if (spec->node.private_tmp) {
        /* Nobody but root passes the outer one: other jobs of this user do not get to the inner one by its path. */
        run_file(file, spec->order.job_id, spec->order.attempt, "tmp");
        fd = mkdirat(RUNS_FD, file, 0700) == 0 ? openat(RUNS_FD, file, O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
        if (fd < 0 || mkdirat(fd, PRIVATE_TMP_INNER, 0700) != 0 ||
            fchownat(fd, PRIVATE_TMP_INNER, spec->order.uid, spec->gid, 0) != 0 || close(fd) != 0) {
            return "create the private temporary directory";
        }
    }
    return NULL;
}

/* Step 3. */
static const char *create_control_group(struct monitor *self) {
    const struct launch_spec *spec = self->spec;
    static char cpus[CORE_LIST_BYTES];
    struct cgroup_limits limits = {spec->order.mem_bytes, spec->order.pids_max, spec->order.core_count,
                                   cpus,                  self->denied_count,   self->denied};
    const char *what = NULL;
    if (list_cpus(self, cpus, sizeof cpus) != 0) {
        return "find the CPUs of the cores";
    }
    if (cgroup_create(&spec->node.layout, spec->run_name, &limits, &what) != 0) {
        return what;
    }
    if (spec->node.layout.tracking[0] != 0) {
        self->events_fd = cgroup_open_events(&spec->node.layout, spec->run_name);
        if (self->events_fd < 0) {
            return "watch the control group";
        }
        /* With version 1 alone the death of the last process tells: its parent is gone, so it is ours. */
        self->watched[WATCH_EVENTS].fd = spec->node.layout.tracks_by_freezer ? -1 : self->events_fd;
    }
    return write_private_files(self);
}

/* What the server alone says of a run, whatever its user put into the environment. */
static bool may_pass(const char *variable) {
    static const char *const names[] = {"SLURM_JOB_USER",     "SLURM_JOB_ACCOUNT",  "SLURM_JOB_PARTITION",
                                        "SLURM_JOB_NODELIST", "SLURM_CPUS_ON_NODE", "SLURM_RESTART_COUNT",
                                        "SLURM_CLUSTER_NAME", "SLURMD_NODENAME",    "QUEQIAO_NODE",
                                        "QUEQIAO_PROJECT",    "QUEQIAO_CORES",      "QUEQIAO_MEM_BYTES",
                                        "QUEQIAO_NODE_LIST"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t length = strlen(names[i]);
        if (strncmp(variable, names[i], length) == 0 && variable[length] == '=') {
            return true;
        }
    }
    return false;
}

/* NAME=gpu:0,gpu:3 of the devices that the order gives; with a prefix their numbers alone, as Slurm has them. */
static const char *list_devices(const struct monitor *self, char *out, size_t size, const char *name, const char *prefix) {
    const struct span devices = self->spec->order.devices;
    const char *at = (const char *)self->fields.order + devices.at;
    const char *end = at + devices.length;
    size_t used = (size_t)snprintf(out, size, "%s=", name);
    size_t empty = used;
    for (; at < end && used + strlen(at) + 2 < size; at += strlen(at) + 1) {
        if (strncmp(at, prefix, strlen(prefix)) == 0) {
            used += (size_t)snprintf(out + used, size - used, "%s%s", used == empty ? "" : ",", at + strlen(prefix));
        }
    }
    return out;
}

/* Negative when the command of this name failed. */
static int run_command(const struct monitor *self, const char *name, char *why, size_t capacity) {
    static char own[10][64];
    static char devices[8192];
    static char gpus[2048];
    const struct launch_spec *spec = self->spec;
    struct command command = {spec->node.commands, name, spec->node.command_ms, SPOOL_FD, {NULL}};
    const char *at = (const char *)self->fields.order + spec->order.environment.at;
    const char *end = at + spec->order.environment.length;
    size_t count = 0;
    if (spec->node.commands[0] == 0) {
        return 0;
    }
    snprintf(own[count++], sizeof own[0], "QUEQIAO_JOB_ID=%llu", (unsigned long long)spec->order.job_id);
    snprintf(own[count++], sizeof own[0], "QUEQIAO_ATTEMPT=%u", spec->order.attempt);
    snprintf(own[count++], sizeof own[0], "QUEQIAO_COMMAND=%s", name);
    snprintf(own[count++], sizeof own[0], "SLURM_JOB_ID=%llu", (unsigned long long)spec->order.job_id);
    snprintf(own[count++], sizeof own[0], "SLURM_JOB_UID=%u", spec->order.uid);
    snprintf(own[count++], sizeof own[0], "SLURM_JOB_GID=%u", spec->gid);
    snprintf(own[count++], sizeof own[0], "QUEQIAO_EXIT_CODE=%u", self->record.exit_code);
    snprintf(own[count++], sizeof own[0], "QUEQIAO_SIGNAL=%u", self->record.signal);
    snprintf(own[count++], sizeof own[0], "PATH=/usr/sbin:/usr/bin:/sbin:/bin");
    for (size_t i = 0; i < count; i++) {
        command.environment[i] = own[i];
    }
    command.environment[count++] = list_devices(self, devices, sizeof devices, "QUEQIAO_DEVICES", "");
    command.environment[count++] = list_devices(self, gpus, sizeof gpus, "SLURM_JOB_GPUS", "gpu:");
    for (; at < end && count < COMMAND_VARIABLES; at += strlen(at) + 1) {
        if (may_pass(at)) {
            command.environment[count++] = at;
        }
    }
    return command_run_apart(&command, why, capacity);
}

/* Before user code: where it fails, none runs. */
static bool run_prolog(struct monitor *self) {
    char why[RECORD_TEXT_BYTES];
    if (run_command(self, "prolog", why, sizeof why) >= 0) {
        return true;
    }
    self->record.flags |= LAUNCH_FAILED | NODE_FAULT;
    self->record.failed_step = STEP_PROLOG;
    memcpy(self->record.text, why, sizeof why);
    return false;
}

/* After the last process of the run; the cores are given back when it has ended. */
static void run_epilog(struct monitor *self) {
    char why[RECORD_TEXT_BYTES - 16];
    if (run_command(self, "epilog", why, sizeof why) < 0) {
        self->record.flags |= NODE_FAULT;
        if ((self->record.flags & LAUNCH_FAILED) == 0) {
            snprintf(self->record.text, sizeof self->record.text, "%s", why);
        }
    }
}

/* Nobody may count on the end of a run that begins without contact, however long its order was on its way. */
static bool has_contact(struct monitor *self) {
    int *timer = &self->watched[WATCH_LEASE].fd;
    if (self->lease.ms == 0) {
        return true;
    }
    *timer = *timer < 0 ? lease_timer() : *timer;
    if (*timer >= 0 && !lease_is_over(&self->lease, SPOOL_FD, *timer)) {
        return true;
    }
    record_lease(self, LAUNCH_FAILED);
    self->record.failed_step = STEP_LEASE;
    return false;
}

/* Step 4. */
static const char *fork_child(struct monitor *self) {
    int ends[2];
    int gate[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        return "create a pipe";
    }
    self->watched[WATCH_FAILURE].fd = ends[0];
    if (dup3(ends[1], FAILURE_FD, O_CLOEXEC) < 0 || close(ends[1]) != 0) {
        return "place the pipe";
    }
    pid_t monitor_pid = getpid();
    bool born_inside = false;
    /* A run is worth more than its counters: one that cannot be opened is reported as missing. */
    self->counters.traffic = traffic_count(&self->spec->node.layout, self->spec->run_name);
    self->counters.traffic_cause = errno;
    counters_open(&self->counters, self->spec->node.absent_events);
    if (pipe2(gate, O_CLOEXEC) != 0) {
        return "create a gate";
    }
    self->main_pid = cgroup_fork(&self->spec->node.layout, self->spec->run_name, &born_inside);
    if (self->main_pid == 0) {
        launch_child(self->spec, &self->fields, monitor_pid, born_inside, gate);
    }
    if (self->main_pid < 0) {
        return "fork";
    }
    self->children_left = true;
    if (close(FAILURE_FD) != 0) {
        return "close the pipe";
    }
    self->watched[WATCH_MAIN].fd = (int)syscall(SYS_pidfd_open, self->main_pid, 0);
    if (self->watched[WATCH_MAIN].fd < 0) {
        return "watch the main process";
    }
    /* Nothing of step 4 can fail any more. The gate stays open here until then: a child that is gone raises no signal. */
    if (write(gate[1], "", 1) != 1) {
        return "open the gate";
    }
    close(gate[0]);
    close(gate[1]);
    self->begin_by_ms = monotonic_ms() + self->spec->node.command_ms;
    return NULL;
}

static void reap(struct monitor *self) {
    int status = 0;
    pid_t pid = 0;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (pid == self->main_pid) {
            self->main_ended = true;
            self->record.exit_code = WIFEXITED(status) ? (uint32_t)WEXITSTATUS(status) : 0;
            self->record.signal = WIFSIGNALED(status) ? (uint32_t)WTERMSIG(status) : 0;
        }
        self->host_pid = pid == self->host_pid ? 0 : self->host_pid;
    }
    self->children_left = pid == 0 || errno != ECHILD;
}

static bool is_gone(const struct monitor *self) {
    int events = self->events_fd;
    /* Read each time: an unread change would end every poll at once. */
    bool populated = events >= 0 && cgroup_populated(events);
    return !populated && !self->children_left;
}

static void signal_run(struct monitor *self, int signal, const char *only) {
    int events = self->events_fd;
    if (events >= 0 && cgroup_populated(events)) {
        cgroup_signal(&self->spec->node.layout, self->spec->run_name, signal, only);
    } else {
        signal_descendants(getpid(), signal, only, NULL, 0);
    }
}

static void kill_run(struct monitor *self) {
    self->killing = true;
    if (self->events_fd >= 0) {
        cgroup_kill(&self->spec->node.layout, self->spec->run_name);
    }
    /* A child that has not joined its group yet, and all of them where there is no group. */
    if (self->events_fd < 0 || !cgroup_populated(self->events_fd)) {
        signal_descendants(getpid(), SIGKILL, NULL, NULL, 0);
    }
}

static void stop_run(struct monitor *self, uint32_t grace_ms) {
    uint64_t kill_at_ms = monotonic_ms() + grace_ms;
    if (self->events_fd >= 0) {
        /* A run that is stopped hears no TERM. */
        cgroup_freeze(&self->spec->node.layout, self->spec->run_name, false);
    }
    signal_run(self, SIGTERM, NULL);
    signal_run(self, SIGCONT, NULL);
    if (kill_at_ms < self->kill_at_ms) {
        self->kill_at_ms = kill_at_ms;
    }
}

/*
 * As the timer says: first at the end of the lease, then at that of its grace, which does not wait for a monitor that was
 * stopped or a machine that slept. A run whose main process has ended before ends as that did.
 */
static void end_without_contact(struct monitor *self) {
    int *timer = &self->watched[WATCH_LEASE].fd;
    uint32_t grace_ms = self->spec->order.grace_ms < LEASE_GRACE_MS ? self->spec->order.grace_ms : LEASE_GRACE_MS;
    if (self->lease_over) {
        close(*timer);
        *timer = -1;
        kill_run(self);
    } else if (lease_is_over(&self->lease, SPOOL_FD, *timer)) {
        self->lease_over = true;
        reap(self);
        if (!self->main_ended) {
            record_lease(self, 0);
        }
        stop_run(self, grace_ms);
        if (!lease_wait_grace(&self->lease, grace_ms, *timer)) {
            kill_run(self);
        }
    }
}

/* It obeys what the server has signed alone, so who asks for it need prove nothing. */
static void start_host(struct monitor *self) {
    pid_t monitor_pid = getpid();
    bool born_inside = false;
    if (self->host_pid != 0 || self->main_pid <= 0 || self->main_ended || self->killing || self->kill_at_ms != never) {
        return;
    }
    pid_t pid = cgroup_fork(&self->spec->node.layout, self->spec->run_name, &born_inside);
    if (pid == 0) {
        launch_host(self->spec, &self->fields, monitor_pid, born_inside);
    }
    if (pid > 0) {
        self->host_pid = pid;
        self->children_left = true;
    }
}

static void read_control(struct monitor *self) {
    struct control_message message;
    while (read(CONTROL_FD, &message, sizeof message) == (ssize_t)sizeof message) {
        if (message.signal == SIGTERM || message.signal == SIGKILL) {
            self->record.flags |= KILLED_ON_REQUEST;
        }
        if (message.signal == SIGKILL) {
            kill_run(self);
        } else if (message.signal == SIGTERM) {
            stop_run(self, message.grace_ms);
        } else if (message.signal == START_HOST) {
            start_host(self);
        } else if (message.signal == HAND_OUT) {
            if (self->main_pid > 0) {
                hand_out(self->spec, &self->counters, message.grace_ms);
            }
        } else if ((message.signal & SIGNAL_MAIN_ONLY) != 0) {
            int signal = (int)(message.signal & ~(uint32_t)SIGNAL_MAIN_ONLY);
            syscall(SYS_pidfd_send_signal, self->watched[WATCH_MAIN].fd, signal, NULL, 0);
        } else if ((message.signal & SIGNAL_CARRIED) != 0) {
            signal_run(self, (int)message.signal, STEP_STARTER);
        } else {
            /* A warning is for steps: who starts one passes it on to all its tasks, wherever they are. */
            bool of_job_control = message.signal == SIGSTOP || message.signal == SIGCONT;
            signal_run(self, (int)message.signal, of_job_control ? NULL : STEP_STARTER);
        }
    }
}

/* The child says which step failed, or execve closes the pipe. */
static void read_failure(struct monitor *self) {
    struct step_failure failure;
    if (read(self->watched[WATCH_FAILURE].fd, &failure, sizeof failure) == (ssize_t)sizeof failure) {
        self->record.flags |= LAUNCH_FAILED;
        self->record.failed_step = failure.step;
        self->record.failed_errno = failure.cause;
        memcpy(self->record.text, failure.text, sizeof failure.text);
        self->record.text[sizeof self->record.text - 1] = 0;
    }
    close(self->watched[WATCH_FAILURE].fd);
    self->watched[WATCH_FAILURE].fd = -1;
    self->begin_by_ms = never;
}

static int wait_ms(const struct monitor *self) {
    if (self->killing) {
        return RESCAN_MS;
    }
    uint64_t now_ms = monotonic_ms();
    uint64_t at_ms = self->begin_by_ms < self->kill_at_ms ? self->begin_by_ms : self->kill_at_ms;
    if (at_ms == never) {
        /* Behind the end of the main process a group that could not be read just now is read again. */
        return self->main_pid > 0 && !self->main_ended ? -1 : RETRY_MS;
    }
    return at_ms <= now_ms ? 0 : (int)(at_ms - now_ms);
}

/*
 * The child, which its pipe has just shown not to have begun, is at a folder or a file of a file system that does not
 * answer. One that is stopped has its time anew; without a control group it is not seen whether it is.
 */
static void fail_late_begin(struct monitor *self) {
    self->begin_by_ms = never;
    if (self->events_fd < 0 || self->killing) {
        return;
    }
    if (cgroup_frozen(&self->spec->node.layout, self->spec->run_name)) {
        self->begin_by_ms = monotonic_ms() + self->spec->node.command_ms;
        return;
    }
    record_failure(self, STEP_FILES, ETIMEDOUT, "user code could not begin, a file system does not answer");
    kill_run(self);
}

/* After the main process the rest gets TERM, the order's grace, then KILL. */
static void end_leftovers(struct monitor *self) {
    close(self->watched[WATCH_MAIN].fd);
    self->watched[WATCH_MAIN].fd = -1;
    if (!is_gone(self)) {
        self->record.flags |= (self->record.flags & KILLED_ON_REQUEST) == 0 ? LEFTOVERS_KILLED : 0;
        stop_run(self, self->spec->order.grace_ms);
    }
}

static void watch_until_gone(struct monitor *self) {
    struct signalfd_siginfo info;
    bool leftovers_told = false;
    for (;;) {
        reap(self);
        if (self->main_ended && !leftovers_told) {
            leftovers_told = true;
            end_leftovers(self);
        }
        if (is_gone(self)) {
            break;
        }
        if (monotonic_ms() >= self->begin_by_ms && poll(&self->watched[WATCH_FAILURE], 1, 0) == 0) {
            fail_late_begin(self);
        }
        if (monotonic_ms() >= self->kill_at_ms || self->killing) {
            kill_run(self);
        }
        if (poll(self->watched, WATCHED, wait_ms(self)) < 0 && errno != EINTR) {
            kill_run(self);
        }
        while (read(self->watched[WATCH_CHILDREN].fd, &info, sizeof info) > 0) {
        }
        if (self->watched[WATCH_CONTROL].revents != 0) {
            read_control(self);
        }
        if (self->watched[WATCH_FAILURE].revents != 0) {
            read_failure(self);
        }
        if (self->watched[WATCH_LEASE].revents != 0) {
            end_without_contact(self);
        }
    }
    self->record.end_ms = realtime_ms();
    if (self->watched[WATCH_FAILURE].fd >= 0) {
        read_failure(self);
    }
}

static void collect_usage(struct monitor *self) {
    struct rusage usage;
    if (getrusage(RUSAGE_CHILDREN, &usage) == 0) {
        self->record.user_us = (uint64_t)usage.ru_utime.tv_sec * 1000000 + (uint64_t)usage.ru_utime.tv_usec;
        self->record.system_us = (uint64_t)usage.ru_stime.tv_sec * 1000000 + (uint64_t)usage.ru_stime.tv_usec;
        self->record.max_rss_bytes = (uint64_t)usage.ru_maxrss * 1024;
    }
    cgroup_usage(&self->spec->node.layout, self->spec->run_name, &self->record);
}

/* Emptied, not removed: deleted inodes slow ext4 without a journal down. The tombstone's end removes it. */
static void empty_script(const struct launch_spec *spec) {
    char file[RUN_FILE_BYTES];
    run_file(file, spec->order.job_id, spec->order.attempt, "script");
    int fd = openat(RUNS_FD, file, O_WRONLY | O_TRUNC | O_NOFOLLOW | O_CLOEXEC);
    if (fd >= 0) {
        close(fd);
    }
}

/* Counters follow the record, so that both become durable at once. Nothing was counted of what never ran. */
static size_t collect_counters(const struct monitor *self, uint8_t bytes[COUNTERS_BYTES]) {
    struct counter_value values[MAX_COUNTERS];
    if ((self->record.flags & LAUNCH_FAILED) != 0) {
        return 0;
    }
    size_t count = counters_read(&self->counters, values);
    count += counters_read_usage(values, count);
    count += counters_read_io(values + count);
    count += counters_add_traffic(&self->counters, values + count);
    return counters_encode(values, count, bytes);
}

/* Step 10. The record is the only proof of the end, so a full disk is waited out. */
static void finish_run(struct monitor *self) {
    static uint8_t counters[COUNTERS_BYTES];
    const struct launch_spec *spec = self->spec;
    if ((self->record.flags & LAUNCH_FAILED) != 0) {
        self->record.exit_code = 0;
        self->record.signal = 0;
    }
    collect_usage(self);
    size_t length = collect_counters(self, counters);
    run_epilog(self);
    while (record_write(SPOOL_FD, spec->node.spool_group, &self->record, counters, length) != 0 && errno != EEXIST) {
        if (spec->node.private_tmp) {
            remove_private_tmp(spec->run_name); /* it may be what filled the disk */
        }
        poll(NULL, 0, RETRY_MS);
    }
    cgroup_remove(&spec->node.layout, spec->run_name);
    empty_script(spec);
    if (spec->node.private_tmp) {
        remove_private_tmp(spec->run_name);
    }
}

int main(int count, char **arguments) {
    static struct monitor self;
    if (count == 5 && strcmp(arguments[1], "health") == 0) {
        sigset_t all;
        sigfillset(&all);
        if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0 && sigprocmask(SIG_SETMASK, &all, NULL) == 0) {
            health_run(arguments[2], arguments[3], arguments[4], SPOOL_FD);
        }
        return 0;
    }
    if (count == 3 && strcmp(arguments[1], "tidy") == 0) {
        remove_private_tmp(arguments[2]);
        return 0;
    }
    self.kill_at_ms = never;
    self.begin_by_ms = never;
    self.events_fd = -1;
    for (int i = 0; i < WATCHED; i++) {
        self.watched[i] = (struct pollfd){.fd = -1, .events = i == WATCH_EVENTS ? POLLPRI : POLLIN};
    }
    self.watched[WATCH_CONTROL].fd = CONTROL_FD;
    find_fields(&self, map_spec());
    uint32_t step = 3;
    const char *failed = prepare_monitor(&self);
    if (failed == NULL) {
        failed = create_control_group(&self);
    }
    if (failed == NULL && has_contact(&self) && run_prolog(&self) && has_contact(&self)) {
        step = 4;
        failed = fork_child(&self);
    }
    if (failed != NULL) {
        record_failure(&self, step, errno, failed);
        if (self.main_pid > 0) {
            kill(self.main_pid, SIGKILL);
            kill_run(&self);
        }
    }
    watch_until_gone(&self);
    finish_run(&self);
    return 0;
}
