/*
 * The launcher: the only program of a node that may start jobs as their users. It believes nobody
 * but the server's signature, starts each attempt of a job at most once, and holds nothing that a
 * restart would lose. See docs/contracts/launcher.md.
 */
#define _GNU_SOURCE
#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "checks.h"

enum { EVENTS_PER_ROUND = 128, FIRST_FREE_FD = 10, ORPHAN_RESCAN_MS = 20, BACKLOG = 64 };

static const char usage[] = "usage: queqiao-launcher --data DIR --socket PATH --public-key FILE --node NAME "
                            "--agent-uid N [--min-uid 1000] [--limits cpuset,memory,pids,cpu,devices|none] "
                            "[--devices FILE] [--private-tmp]\n";

static struct launcher launcher;

_Noreturn void fatal(const char *what) {
    fprintf(stderr, "queqiao-launcher: fatal: %s: %s\n", what, strerror(errno));
    _exit(1);
}

void watch_fd(struct launcher *self, int fd, uint32_t events, void *watch) {
    struct epoll_event event = {.events = events, .data.ptr = watch};
    if (epoll_ctl(self->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) {
        fatal("watch a descriptor");
    }
}

static _Noreturn void fail_usage(const char *why) {
    fprintf(stderr, "queqiao-launcher: %s\n%s", why, usage);
    exit(2);
}

static uid_t parse_uid(const char *text) {
    char *end = NULL;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    if (errno != 0 || end == text || *end != 0 || text[0] == '-' || value >= (uid_t)-1) {
        fail_usage("a uid is not a number in range");
    }
    return (uid_t)value;
}

static unsigned parse_limits(char *text) {
    unsigned limits = 0;
    char *rest = NULL;
    for (char *name = strtok_r(text, ",", &rest); name != NULL; name = strtok_r(NULL, ",", &rest)) {
        unsigned found = strcmp(name, "none") == 0 ? 1U << CONTROLLERS : 0;
        for (int which = 0; which < CONTROLLERS; which++) {
            found |= strcmp(name, cgroup_controller_name(which)) == 0 ? 1U << which : 0;
        }
        if (found == 0) {
            fail_usage("--limits knows cpuset, memory, pids, cpu, devices and none");
        }
        limits |= found;
    }
    return limits;
}

static void parse_options(struct options *options, int count, char **arguments) {
    static const struct option known[] = {{"data", 1, NULL, 'd'},      {"socket", 1, NULL, 's'},
                                          {"public-key", 1, NULL, 'k'}, {"node", 1, NULL, 'n'},
                                          {"agent-uid", 1, NULL, 'a'}, {"min-uid", 1, NULL, 'm'},
                                          {"limits", 1, NULL, 'l'},    {"private-tmp", 0, NULL, 't'},
                                          {"devices", 1, NULL, 'v'},   {NULL, 0, NULL, 0}};
    bool has_agent = false;
    *options = (struct options){.min_uid = 1000, .limits = ((1U << CONTROLLERS) - 1) & ~(1U << CONTROLLER_CPU)};
    for (int option = 0; (option = getopt_long(count, arguments, "", known, NULL)) != -1;) {
        switch (option) {
        case 'd':
            options->data = optarg;
            break;
        case 's':
            options->socket = optarg;
            break;
        case 'k':
            options->public_key = optarg;
            break;
        case 'n':
            options->node = optarg;
            break;
        case 'a':
            options->agent_uid = parse_uid(optarg);
            has_agent = true;
            break;
        case 'm':
            options->min_uid = parse_uid(optarg);
            break;
        case 'l':
            options->limits = parse_limits(optarg);
            break;
        case 'v':
            options->devices = optarg;
            break;
        case 't':
            options->private_tmp = true;
            break;
        default:
            fail_usage("unknown option");
        }
    }
    if (options->data == NULL || options->socket == NULL || options->public_key == NULL || options->node == NULL ||
        !has_agent || optind != count) {
        fail_usage("an option is missing, or there is one word too many");
    }
}

/* Descriptors 0 to 9 are taken, so that those handed to a monitor never collide with their targets. */
static void prepare_process(struct launcher *self) {
    struct rlimit files;
    if (clearenv() != 0 || close_range(3, ~0U, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
        fatal("prepare the process");
    }
    umask(022);
    do {
        self->null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    } while (self->null_fd >= 0 && self->null_fd < FIRST_FREE_FD);
    if (self->null_fd < 0 || getrlimit(RLIMIT_NOFILE, &files) != 0) {
        fatal("prepare the descriptors");
    }
    files.rlim_cur = files.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &files) != 0) {
        fatal("raise the limit of open files");
    }
    int oom = self->is_root ? open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC) : -1;
    if (oom >= 0) {
        /* A protection where the system allows it; a container may not. */
        (void)!write(oom, "-900", 4);
        close(oom);
    }
}

static int open_folder(const struct launcher *self, const char *name, mode_t mode, gid_t group) {
    char path[SPEC_PATH_BYTES];
    snprintf(path, sizeof path, "%.4000s/%s", self->data_path, name);
    if (mkdir(path, mode) != 0 && errno != EEXIST) {
        fatal(path);
    }
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fchmod(fd, mode) != 0 || (self->is_root && fchown(fd, 0, group) != 0)) {
        fatal(path);
    }
    return fd;
}

/* One launcher per data folder: the lock belongs to this process alone, no child keeps it. */
static void lock_data(const struct launcher *self) {
    char path[SPEC_PATH_BYTES];
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    snprintf(path, sizeof path, "%.4000s/launcher.lock", self->data_path);
    int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 || fcntl(fd, F_SETLK, &whole) != 0) {
        fatal("lock the data folder (is another launcher running?)");
    }
}

static void open_data(struct launcher *self) {
    char resolved[PATH_MAX];
    if (realpath(self->options.data, resolved) == NULL || strlen(resolved) > 3800) {
        fatal(self->options.data);
    }
    snprintf(self->data_path, sizeof self->data_path, "%s", resolved);
    check_data_path(self->data_path, self->is_root, self->options.private_tmp);
    const struct passwd *agent = getpwuid(self->options.agent_uid);
    if (agent == NULL) {
        errno = ENOENT;
        fatal("look up the agent's user");
    }
    self->agent_gid = agent->pw_gid;
    lock_data(self);
    self->runs_fd = open_folder(self, "runs", 0711, 0);
    self->spool_fd = open_folder(self, "spool", 0750, self->agent_gid);
    ssize_t length = readlink("/proc/self/exe", self->monitor_path, sizeof self->monitor_path - 32);
    char *slash = length > 0 ? strrchr(self->monitor_path, '/') : NULL;
    if (slash == NULL) {
        fatal("find the monitor");
    }
    snprintf(slash, 32, "/%s", "queqiao-monitor");
    if (access(self->monitor_path, X_OK) != 0) {
        fatal(self->monitor_path);
    }
}

static void find_control_groups(struct launcher *self) {
    uint8_t hash[8];
    char base[32];
    if (!self->is_root) {
        snprintf(self->reasons.tracking, sizeof self->reasons.tracking, "not started by root");
        for (int which = 0; which < CONTROLLERS; which++) {
            snprintf(self->reasons.controller[which], CGROUP_REASON_BYTES, "not started by root");
        }
        return;
    }
    uint8_t digest[crypto_generichash_BYTES];
    crypto_generichash(digest, sizeof digest, (const uint8_t *)self->data_path, strlen(self->data_path), NULL, 0);
    memcpy(hash, digest, sizeof hash);
    snprintf(base, sizeof base, "queqiao-%02x%02x%02x%02x%02x%02x%02x%02x", hash[0], hash[1], hash[2], hash[3], hash[4],
             hash[5], hash[6], hash[7]);
    cgroup_discover(&self->layout, &self->reasons, base, self->options.limits);
}

/* A list that cannot be read, or not be kept from jobs, is no reason to run them with all devices. */
static void find_devices(struct launcher *self) {
    char why[256] = "no way to deny a device";
    char *reason = self->reasons.controller[CONTROLLER_DEVICES];
    if (self->options.devices == NULL) {
        self->layout.controller[CONTROLLER_DEVICES][0] = 0;
        snprintf(reason, CGROUP_REASON_BYTES, "no list of devices (--devices)");
        return;
    }
    bool denies = self->layout.controller[CONTROLLER_DEVICES][0] != 0;
    int count = denies ? devices_read(self->options.devices, self->devices, why, sizeof why) : -1;
    if (count < 0) {
        fprintf(stderr, "queqiao-launcher: refused: %s: %s\n", self->options.devices, denies ? why : reason);
        _exit(1);
    }
    self->device_count = (size_t)count;
}

/* For the agent alone, which every accept checks as well. */
int listen_at(const struct launcher *self, const char *path, int type) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        fail_usage("the socket's path is longer than 103 bytes");
    }
    memcpy(address.sun_path, path, strlen(path));
    if (unlink(path) != 0 && errno != ENOENT) {
        fatal(path);
    }
    int fd = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    mode_t mask = umask(0117);
    if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        fatal(path);
    }
    umask(mask);
    if (lchown(path, geteuid(), self->agent_gid) != 0 || listen(fd, BACKLOG) != 0) {
        fatal(path);
    }
    return fd;
}

/* TERM and INT end the loop; children are reaped by the kernel, nobody waits for them. */
static int take_signals(void) {
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGINT);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGCHLD, SIG_IGN);
    signal(SIGHUP, SIG_IGN);
    if (sigprocmask(SIG_BLOCK, &ending, NULL) != 0) {
        fatal("block the signals");
    }
    int fd = signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0) {
        fatal("take the signals");
    }
    return fd;
}

static int wait_ms(const struct launcher *self) {
    uint64_t now_ms = monotonic_ms();
    uint64_t at_ms = connections_deadline(self);
    at_ms = self->sweep_at_ms < at_ms ? self->sweep_at_ms : at_ms;
    if (self->orphans_left && now_ms + ORPHAN_RESCAN_MS < at_ms) {
        at_ms = now_ms + ORPHAN_RESCAN_MS;
    }
    return at_ms <= now_ms ? 0 : (int)(at_ms - now_ms);
}

static void handle_timers(struct launcher *self) {
    connections_expire(self);
    resolver_expire(self);
    if (self->orphans_left) {
        runs_end_orphans(self);
    }
    if (monotonic_ms() >= self->sweep_at_ms) {
        runs_sweep(self);
        self->sweep_at_ms = monotonic_ms() + SWEEP_INTERVAL_MS;
    }
}

static bool handle_event(struct launcher *self, const struct epoll_event *event, int listener) {
    enum watch *watch = event->data.ptr;
    switch (*watch) {
    case WATCH_SIGNALS:
        return false;
    case WATCH_LISTENER:
        connection_accept(self, listener);
        break;
    case WATCH_CONNECTION:
        connection_ready(self, (struct connection *)(void *)watch, event->events);
        break;
    case WATCH_RESOLVER:
        resolver_answered(self);
        break;
    case WATCH_READ:
        reading_ready(self, (struct reading *)(void *)watch);
        break;
    case WATCH_HANDOUT_LISTENER:
        handout_accept(self);
        break;
    case WATCH_HANDOUT:
        handout_ready(self);
        break;
    case WATCH_RUN:
        run_changed(self, (struct run *)(void *)watch);
        break;
    }
    return true;
}

static void serve(struct launcher *self, int listener, int signals) {
    static enum watch listener_watch = WATCH_LISTENER;
    static enum watch signal_watch = WATCH_SIGNALS;
    struct epoll_event events[EVENTS_PER_ROUND];
    watch_fd(self, listener, EPOLLIN, &listener_watch);
    watch_fd(self, signals, EPOLLIN, &signal_watch);
    for (bool running = true; running;) {
        int count = epoll_wait(self->epoll_fd, events, EVENTS_PER_ROUND, wait_ms(self));
        if (count < 0 && errno != EINTR) {
            fatal("wait for events");
        }
        for (int i = 0; i < count; i++) {
            running &= handle_event(self, &events[i], listener);
        }
        handle_timers(self);
        connections_serve(self);
    }
}

/* With runs alive the groups stay: a monitor may be about to create its own in them. */
static void tidy_up(const struct launcher *self) {
    for (size_t i = 0; i < self->run_count; i++) {
        if (self->runs[i]->state == RUN_RUNNING || self->runs[i]->state == RUN_UNKNOWN) {
            return;
        }
    }
    cgroup_remove_bases(&self->layout);
}

int main(int count, char **arguments) {
    struct launcher *self = &launcher;
    self->is_root = geteuid() == 0;
    parse_options(&self->options, count, arguments);
    for (size_t i = 0; i < MAX_CONNECTIONS; i++) {
        self->connections[i] = (struct connection){.watch = WATCH_CONNECTION, .fd = -1, .reading = {.watch = WATCH_READ, .fd = -1}};
    }
    if (!self->is_root && self->options.agent_uid != geteuid()) {
        fail_usage("in single-user mode --agent-uid is the launcher's own user");
    }
    if (self->options.private_tmp && !self->is_root) {
        fprintf(stderr, "queqiao-launcher: refused: --private-tmp needs root\n");
        return 1;
    }
    if (sodium_init() < 0) {
        fatal("prepare libsodium");
    }
    prepare_process(self);
    read_public_key(self->options.public_key, self->key, sizeof self->key);
    read_boot_id(self->boot_id, sizeof self->boot_id);
    open_data(self);
    find_control_groups(self);
    find_devices(self);
    counters_probe(self->absent_events);
    int signals = take_signals();
    self->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (self->epoll_fd < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) {
        fatal("prepare the loop");
    }
    runs_recover(self);
    resolver_start(self);
    handout_listen(self);
    int listener = listen_at(self, self->options.socket, SOCK_STREAM);
    fprintf(stderr, "queqiao-launcher: ready\n");
    serve(self, listener, signals);
    tidy_up(self);
    return 0;
}
