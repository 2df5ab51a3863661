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
#include "lease.h"

enum { FIRST_FREE_FD = 10, ORPHAN_RESCAN_MS = 20, BACKLOG = 64, FIRST_USER = 1000 };

static const char usage[] = "usage: queqiao-launcher --data DIR --socket PATH --public-key FILE --node NAME "
                            "--agent-uid N [--min-uid 1000] [--deny-uids LIST] [--limits cpuset,memory,pids,cpu,devices|none] "
                            "[--devices FILE|--found-devices FILE] [--cpus LIST] [--private-tmp] [--commands DIR] [--command-seconds 60] [--health-seconds 300]\n";

static struct launcher launcher;

_Noreturn void fatal(const char *what) {
    fprintf(stderr, "queqiao-launcher: fatal: %s: %s\n", what, strerror(errno));
    _exit(1);
}

void close_fd(int *fd) {
    if (*fd >= 0) {
        close(*fd);
    }
    *fd = -1;
}

void watch_fd(struct launcher *self, int fd, uint32_t events, struct watch *watch) {
    struct epoll_event event = {.events = events, .data.ptr = watch};
    if (epoll_ctl(self->epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0) {
        fatal("watch a descriptor");
    }
}

static _Noreturn void fail_usage(const char *why) {
    fprintf(stderr, "queqiao-launcher: %s\n%s", why, usage);
    exit(2);
}

static uint32_t parse_number(const char *text, unsigned long least, unsigned long most, const char *why) {
    char *end = NULL;
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    if (errno != 0 || end == text || *end != 0 || text[0] == '-' || value < least || value > most) {
        fail_usage(why);
    }
    return (uint32_t)value;
}

static uid_t parse_uid(const char *text) {
    return parse_number(text, 0, (uid_t)-2, "a uid is not a number in range");
}

static uint32_t parse_seconds(const char *text) {
    return parse_number(text, 1, 3600, "a time is not 1 to 3600 seconds") * 1000;
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

static void parse_options(struct launcher *self, int count, char **arguments) {
    enum { DATA, SOCKET, PUBLIC_KEY, NODE, AGENT_UID, MANDATORY, MIN_UID = MANDATORY, LIMITS, DEVICES, PRIVATE_TMP, COMMANDS,
           COMMAND_SECONDS, HEALTH_SECONDS, CPUS, DENY_UIDS, FOUND_DEVICES, KNOWN };
    static const struct option known[] = {{"data", 1, NULL, DATA},           {"socket", 1, NULL, SOCKET},
                                          {"public-key", 1, NULL, PUBLIC_KEY}, {"node", 1, NULL, NODE},
                                          {"agent-uid", 1, NULL, AGENT_UID}, {"min-uid", 1, NULL, MIN_UID},
                                          {"limits", 1, NULL, LIMITS},       {"private-tmp", 0, NULL, PRIVATE_TMP},
                                          {"devices", 1, NULL, DEVICES},     {"commands", 1, NULL, COMMANDS},
                                          {"command-seconds", 1, NULL, COMMAND_SECONDS},
                                          {"health-seconds", 1, NULL, HEALTH_SECONDS}, {"cpus", 1, NULL, CPUS},
                                          {"deny-uids", 1, NULL, DENY_UIDS}, {"found-devices", 1, NULL, FOUND_DEVICES},
                                          {NULL, 0, NULL, 0}};
    static char usual_limits[] = "cpuset,memory,pids,devices";
    char *given[KNOWN] = {[LIMITS] = usual_limits, [COMMAND_SECONDS] = (char *)(uintptr_t) "60",
                          [HEALTH_SECONDS] = (char *)(uintptr_t) "300"};
    for (int option = 0; (option = getopt_long(count, arguments, "", known, NULL)) != -1;) {
        if (option == '?') {
            fail_usage("unknown option");
        }
        given[option] = optarg == NULL ? arguments[0] : optarg;
    }
    for (int i = 0; i < MANDATORY; i++) {
        if (given[i] == NULL || optind != count) {
            fail_usage("an option is missing, or there is one word too many");
        }
    }
    if (given[CPUS] != NULL && (given[CPUS][0] == 0 || strspn(given[CPUS], "0123456789,/") != strlen(given[CPUS]))) {
        fail_usage("--cpus lists the CPUs of each core, such as 0,4/1,5");
    }
    const char *denied = given[DENY_UIDS];
    if (denied != NULL && (denied[0] == 0 || strspn(denied, "0123456789,") != strlen(denied))) {
        fail_usage("--deny-uids lists uids, such as 1001,1002");
    }
    self->options = (struct options){.data = given[DATA],
                                     .socket = given[SOCKET],
                                     .public_key = given[PUBLIC_KEY],
                                     .node = given[NODE],
                                     .min_uid = given[MIN_UID] == NULL ? FIRST_USER : parse_uid(given[MIN_UID]),
                                     .deny_uids = denied,
                                     .devices = given[given[DEVICES] == NULL ? FOUND_DEVICES : DEVICES],
                                     .devices_wanted = given[DEVICES] != NULL,
                                     .cpus = given[CPUS] == NULL ? "" : given[CPUS],
                                     .limits = parse_limits(given[LIMITS]),
                                     .health_ms = parse_seconds(given[HEALTH_SECONDS])};
    self->node.agent_uid = parse_uid(given[AGENT_UID]);
    self->node.private_tmp = given[PRIVATE_TMP] != NULL;
    self->node.command_ms = parse_seconds(given[COMMAND_SECONDS]);
    if (given[COMMANDS] != NULL && given[COMMANDS][0] != '/') {
        fail_usage("--commands is an absolute path");
    }
    snprintf(self->node.commands, sizeof self->node.commands, "%s", given[COMMANDS] == NULL ? "" : given[COMMANDS]);
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
    int oom = self->node.is_root ? open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC) : -1;
    if (oom >= 0) {
        /* A protection where the system allows it; a container may not. */
        (void)!write(oom, "-900", 4);
        close(oom);
    }
}

static void go_without_series(const char *path) {
    fprintf(stderr, "queqiao-launcher: no series of runs: %s: %s\n", path, strerror(errno));
}

static int open_folder(const struct launcher *self, const char *name, mode_t mode, uid_t owner, gid_t group, void (*failed)(const char *)) {
    char path[SPEC_PATH_BYTES];
    snprintf(path, sizeof path, "%.4000s/%s", self->node.data_path, name);
    int fd = mkdir(path, mode) == 0 || errno == EEXIST ? open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) : -1;
    if (fd < 0 || fchmod(fd, mode) != 0 || (self->node.is_root && fchown(fd, owner, group) != 0)) {
        failed(path);
    }
    return fd;
}

/* One launcher per data folder: the lock belongs to this process alone, no child keeps it. */
static void lock_data(const struct launcher *self) {
    char path[SPEC_PATH_BYTES];
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    snprintf(path, sizeof path, "%.4000s/launcher.lock", self->node.data_path);
    int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0 || fcntl(fd, F_SETLK, &whole) != 0) {
        fatal("lock the data folder (is another launcher running?)");
    }
}

/* Whole from the begin, so that a full disk does not keep the agent from its first word. */
static bool make_contact(const struct launcher *self) {
    static const uint8_t nothing[CONTACT_BYTES];
    struct stat status;
    int fd = openat(self->spool_fd, "contact", O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    bool made = fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
                fchown(fd, self->node.agent_uid, self->node.spool_group) == 0 && fchmod(fd, 0600) == 0 &&
                (status.st_size == CONTACT_BYTES ||
                 (ftruncate(fd, 0) == 0 && pwrite(fd, nothing, sizeof nothing, 0) == (ssize_t)sizeof nothing));
    int cause = errno;
    close_fd(&fd);
    errno = cause;
    return made;
}

/*
 * The agent writes into it when it last had contact with the server, monitors of runs with a lease read it. By its
 * absence the agent knows that this node cannot keep leases; one that cannot be used must not tell otherwise.
 */
static void keep_contact(const struct launcher *self) {
    bool made = make_contact(self);
    for (int i = 0; !made && i < 2; i++) {
        int cause = errno;
        if (unlinkat(self->spool_fd, "contact", 0) != 0) {
            (void)unlinkat(self->spool_fd, "contact", AT_REMOVEDIR);
        }
        errno = cause;
        made = i == 0 && make_contact(self);
    }
    if (!made) {
        fprintf(stderr, "queqiao-launcher: no leases: the word of the last contact cannot be kept: %s\n", strerror(errno));
    }
}

static void open_data(struct launcher *self) {
    char resolved[PATH_MAX];
    if (realpath(self->options.data, resolved) == NULL || strlen(resolved) > 3800) {
        fatal(self->options.data);
    }
    snprintf(self->node.data_path, sizeof self->node.data_path, "%s", resolved);
    check_data_path(self->node.data_path, self->node.is_root, self->node.private_tmp);
    const struct identity *agent = helper_await(self, self->node.agent_uid);
    if (agent->state != IDENTITY_KNOWN) {
        errno = agent->state == IDENTITY_UNKNOWN ? ENOENT : ETIMEDOUT;
        fatal("look up the agent's user");
    }
    self->node.spool_group = agent->gid;
    lock_data(self);
    self->runs_fd = open_folder(self, "runs", 0711, 0, 0, fatal);
    self->spool_fd = open_folder(self, "spool", 0750, 0, self->node.spool_group, fatal);
    /* There the agent listens for what monitors hand out; nobody else gets in. Runs go on without: it serves their series alone. */
    close(open_folder(self, "spool/counters", 0700, self->node.agent_uid, self->node.spool_group, go_without_series));
    keep_contact(self);
    ssize_t length = readlink("/proc/self/exe", self->monitor_path, sizeof self->monitor_path - 32);
    char *slash = length > 0 ? strrchr(self->monitor_path, '/') : NULL;
    if (slash == NULL) {
        fatal("find the monitor");
    }
    snprintf(slash, 32, "/%s", "queqiao-monitor");
    /* Kept open: each run gets the monitor that came with this launcher, also while others are being installed. */
    int monitor = open(self->monitor_path, O_PATH | O_CLOEXEC);
    if (monitor < 0 || access(self->monitor_path, X_OK) != 0) {
        fatal(self->monitor_path);
    }
    snprintf(self->monitor_path, sizeof self->monitor_path, "/proc/self/fd/%d", monitor);
}

/* Their base is named after the data folder. */
static void find_control_groups(struct launcher *self) {
    uint8_t digest[crypto_generichash_BYTES];
    char base[32] = "queqiao-";
    crypto_generichash(digest, sizeof digest, (const uint8_t *)self->node.data_path, strlen(self->node.data_path), NULL, 0);
    sodium_bin2hex(base + strlen(base), 17, digest, 8);
    cgroup_discover(&self->node.layout, &self->reasons, self->node.is_root ? base : NULL, self->options.limits);
}

/*
 * A list that somebody wrote and that cannot be read, or not be kept from jobs, is no reason to run them with all devices.
 * Of one that was only found nobody relies on that: the agent hears that nothing is denied, and offers none.
 */
static void find_devices(struct launcher *self) {
    char why[256] = "no way to deny a device";
    char *reason = self->reasons.controller[CONTROLLER_DEVICES];
    if (self->options.devices == NULL) {
        self->node.layout.controller[CONTROLLER_DEVICES][0] = 0;
        snprintf(reason, CGROUP_REASON_BYTES, "no list of devices (--devices)");
        return;
    }
    bool denies = self->node.layout.controller[CONTROLLER_DEVICES][0] != 0;
    int count = denies ? devices_read(self->options.devices, self->devices, why, sizeof why) : -1;
    if (count < 0 && self->options.devices_wanted) {
        refuse(self->options.devices, denies ? why : reason);
    } else if (denies && count < 0) {
        self->node.layout.controller[CONTROLLER_DEVICES][0] = 0;
        snprintf(reason, CGROUP_REASON_BYTES, "%.120s", why);
    }
    self->node.device_count = count < 0 ? 0 : (uint32_t)count;
}

/*
 * The newest connection is the agent's. What is unread on the older one is of an agent that is gone, or has given
 * up on it: were it still acted on, a run could begin after the new connection's list said that there is none.
 */
static void accept_agent(struct launcher *self, struct watch *watch) {
    static const struct timeval wait = {ANSWER_TIMEOUT_MS / 1000, 0};
    static struct watch agent_watch = {.ready = connection_ready};
    struct ucred peer = {0, (uid_t)-1, (gid_t)-1};
    socklen_t length = sizeof peer;
    int fd = accept4(self->listener_fd, NULL, NULL, SOCK_CLOEXEC);
    (void)watch;
    if (fd >= 0 && (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0 || peer.uid != self->node.agent_uid ||
                    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) != 0 ||
                    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait) != 0)) {
        close(fd);
    } else if (fd >= 0) {
        close_fd(&self->agent_fd);
        self->agent_fd = fd;
        watch_fd(self, fd, EPOLLIN, &agent_watch);
    }
}

/* For the agent alone, which every accept checks as well. */
static void listen_for_agent(struct launcher *self) {
    static struct watch listener_watch = {.ready = accept_agent};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = self->options.socket;
    if (strlen(path) >= sizeof address.sun_path) {
        fail_usage("the socket's path is longer than 107 bytes");
    }
    memcpy(address.sun_path, path, strlen(path));
    if (unlink(path) != 0 && errno != ENOENT) {
        fatal(path);
    }
    self->listener_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    umask(0117);
    if (self->listener_fd < 0 || bind(self->listener_fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        lchown(path, geteuid(), self->node.spool_group) != 0 || listen(self->listener_fd, BACKLOG) != 0) {
        fatal(path);
    }
    umask(022);
    self->agent_fd = -1;
    watch_fd(self, self->listener_fd, EPOLLIN, &listener_watch);
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

/* Does what is due; how long until something is again. */
static int handle_timers(struct launcher *self) {
    if (self->orphans_left && monotonic_ms() >= self->orphans_at_ms) {
        runs_end_orphans(self);
        self->orphans_at_ms = monotonic_ms() + ORPHAN_RESCAN_MS;
    }
    if (monotonic_ms() >= self->health_at_ms) {
        health_check(self);
        self->health_at_ms = monotonic_ms() + self->options.health_ms;
    }
    if (monotonic_ms() >= self->sweep_at_ms) {
        runs_sweep(self);
        self->sweep_at_ms = monotonic_ms() + SWEEP_INTERVAL_MS;
    }
    uint64_t now_ms = monotonic_ms(), at_ms = self->sweep_at_ms < self->health_at_ms ? self->sweep_at_ms : self->health_at_ms;
    at_ms = self->orphans_left && self->orphans_at_ms < at_ms ? self->orphans_at_ms : at_ms;
    return at_ms > now_ms ? (int)(at_ms - now_ms) : 0;
}

static void take_signal(struct launcher *self, struct watch *watch) {
    (void)watch;
    self->ending = true;
}

/* One event at a time: what is ready is as it is now, not as it was before the event ahead of it was served. */
static void serve(struct launcher *self, int signals) {
    static struct watch signal_watch = {.ready = take_signal};
    struct epoll_event event;
    watch_fd(self, signals, EPOLLIN, &signal_watch);
    while (!self->ending) {
        int count = epoll_wait(self->epoll_fd, &event, 1, handle_timers(self));
        if (count < 0 && errno != EINTR) {
            fatal("wait for events");
        }
        if (count > 0) {
            ((struct watch *)event.data.ptr)->ready(self, event.data.ptr);
        }
    }
}

int main(int count, char **arguments) {
    struct launcher *self = &launcher;
    self->node.is_root = geteuid() == 0;
    parse_options(self, count, arguments);
    if (!self->node.is_root && self->node.agent_uid != geteuid()) {
        fail_usage("in single-user mode --agent-uid is the launcher's own user");
    }
    if ((self->node.private_tmp || self->node.commands[0] != 0) && !self->node.is_root) {
        refuse(self->node.private_tmp ? "--private-tmp" : "--commands", "needs root");
    }
    if (sodium_init() < 0) {
        fatal("prepare libsodium");
    }
    prepare_process(self);
    read_public_key(self->options.public_key, self->key, sizeof self->key);
    read_boot_id(self->node.boot_id, sizeof self->node.boot_id);
    int signals = take_signals();
    open_data(self);
    find_control_groups(self);
    find_devices(self);
    counters_probe(self->node.absent_events);
    self->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (self->epoll_fd < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0) {
        fatal("prepare the loop");
    }
    runs_recover(self);
    listen_for_agent(self);
    /* What an earlier launcher found says nothing of now. */
    unlinkat(self->spool_fd, "health", 0);
    self->health_at_ms = self->node.commands[0] == 0 ? UINT64_MAX : 0;
    fprintf(stderr, "queqiao-launcher: ready\n");
    serve(self, signals);
    return 0;
}
