#define _GNU_SOURCE
#include "harness.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <inttypes.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sodium.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_MS = 60000, MAX_REPLY = 4 * 1024 * 1024 };

static const char *test_name = "";

_Noreturn void abort_test(void) {
    fprintf(stderr, "FAILED %s\n", test_name);
    exit(1);
}

bool is_root(void) {
    return geteuid() == 0;
}

uid_t job_uid(void) {
    return is_root() ? TEST_UID : geteuid();
}

static void add_lines(const char *path, const char *lines) {
    FILE *file = fopen(path, "ae");
    CHECK(file != NULL && fputs(lines, file) >= 0 && fclose(file) == 0);
}

/*
 * Throw-away users that exist in the mount namespace of this test only. The whole of /etc is laid
 * over: a mount on a single file goes away when somebody else on the machine replaces that file.
 */
static void add_users(void) {
    char layer[] = P_tmpdir "/queqiao-etc-XXXXXX";
    char options[256];
    char upper[64];
    char work[64];
    CHECK(unshare(CLONE_NEWNS) == 0);
    CHECK(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
    CHECK(mkdtemp(layer) != NULL && mount("none", layer, "tmpfs", 0, "size=1m,mode=0755") == 0);
    snprintf(upper, sizeof upper, "%s/upper", layer);
    snprintf(work, sizeof work, "%s/work", layer);
    CHECK(mkdir(upper, 0755) == 0 && mkdir(work, 0755) == 0);
    snprintf(options, sizeof options, "lowerdir=/etc,upperdir=%s,workdir=%s", upper, work);
    CHECK(mount("none", "/etc", "overlay", 0, options) == 0);
    CHECK(umount2(layer, MNT_DETACH) == 0 && rmdir(layer) == 0);
    add_lines("/etc/passwd", "qqtest1:x:61001:61001::/:/usr/sbin/nologin\nqqtest3:x:61003:61003::/:/usr/sbin/nologin\n");
    add_lines("/etc/group", "qqtest1:x:61001:\nqqtest2:x:61002:qqtest1\nqqtest3:x:61003:\n");
}

static bool controllers = true;
static const char *tested = LAUNCHER;

bool is_sanitized(void) {
    return strcmp(tested, LAUNCHER) != 0;
}

const char *tested_program(void) {
    return tested;
}

bool has_controllers(void) {
    return controllers;
}

/* In the mount namespace of this test only. */
static void see_unified_groups(void) {
    controllers = false;
    CHECK(umount2("/sys/fs/cgroup", MNT_DETACH) == 0);
    CHECK(mount("none", "/sys/fs/cgroup", "cgroup2", 0, NULL) == 0);
}

static void see_groups_of_version_1(void) {
    CHECK(umount2("/sys/fs/cgroup/unified", MNT_DETACH) == 0);
}

/* Whether it is named, or no test is. */
static bool is_wanted(int count, char **arguments, const char *name) {
    bool any = false;
    for (int i = 1; i < count; i++) {
        if (strncmp(arguments[i], "--", 2) != 0) {
            if (strcmp(arguments[i], name) == 0) {
                return true;
            }
            any = true;
        }
    }
    return !any;
}

static void run_one(const struct test *test) {
    test_name = test->name;
    uint64_t start = now_ms();
    test->body();
    fprintf(stderr, "passed %s (%" PRIu64 " ms)\n", test->name, now_ms() - start);
}

int run_tests(int count, char **arguments, const struct test *tests, size_t test_count) {
    size_t named = 0;
    CHECK(sodium_init() >= 0);
    signal(SIGPIPE, SIG_IGN);
    if (is_root()) {
        add_users();
    }
    for (int i = 1; i < count; i++) {
        if (strcmp(arguments[i], "--sanitized") == 0) {
            tested = SANITIZED_LAUNCHER;
        } else if (strcmp(arguments[i], "--unified") == 0 && is_root()) {
            see_unified_groups();
        } else if (strcmp(arguments[i], "--version-1") == 0 && is_root()) {
            see_groups_of_version_1();
        } else if (strcmp(arguments[i], "--as-user") == 0 && is_root()) {
            CHECK(setgroups(0, NULL) == 0 && setresgid(TEST_GID, TEST_GID, TEST_GID) == 0);
            CHECK(setresuid(TEST_UID, TEST_UID, TEST_UID) == 0);
        } else if (strncmp(arguments[i], "--", 2) != 0) {
            named++;
        }
    }
    size_t ran = 0;
    for (size_t i = 0; i < test_count; i++) {
        if (is_wanted(count, arguments, tests[i].name)) {
            run_one(&tests[i]);
            ran++;
        }
    }
    return ran == (named == 0 ? test_count : named) ? 0 : 1;
}

uint64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void put16(uint8_t *p, uint16_t value) {
    p[0] = (uint8_t)(value >> 8);
    p[1] = (uint8_t)value;
}

void put32(uint8_t *p, uint32_t value) {
    put16(p, (uint16_t)(value >> 16));
    put16(p + 2, (uint16_t)value);
}

void put64(uint8_t *p, uint64_t value) {
    put32(p, (uint32_t)(value >> 32));
    put32(p + 4, (uint32_t)value);
}

uint32_t get32(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

uint64_t get64(const uint8_t *p) {
    return (uint64_t)get32(p) << 32 | get32(p + 4);
}

char *read_text(const char *path, char *text, size_t capacity) {
    FILE *file = fopen(path, "re");
    size_t length = file == NULL ? 0 : fread(text, 1, capacity - 1, file);
    text[length] = 0;
    if (file != NULL) {
        fclose(file);
    }
    return text;
}

char *work_path(const struct node *node, const char *name, char *path) {
    snprintf(path, PATH_BYTES, "%.400s/%s", node->work, name);
    return path;
}

/* ---- node ---- */

void node_create(struct node *node) {
    const char *temporary = getenv("TMPDIR");
    memset(node, 0, sizeof *node);
    node->fd = -1;
    snprintf(node->root, sizeof node->root, "%s/queqiao-native-XXXXXX", temporary == NULL ? P_tmpdir : temporary);
    CHECK(mkdtemp(node->root) != NULL && chmod(node->root, 0755) == 0);
    snprintf(node->data, sizeof node->data, "%.400s/node", node->root);
    snprintf(node->work, sizeof node->work, "%.400s/work", node->root);
    snprintf(node->socket, sizeof node->socket, "%.400s/launcher.sock", node->root);
    snprintf(node->key_path, sizeof node->key_path, "%.400s/server.key", node->root);
    CHECK(mkdir(node->data, 0755) == 0 && mkdir(node->work, 0755) == 0);
    CHECK(chown(node->work, job_uid(), (gid_t)-1) == 0);
    crypto_sign_keypair(node->public_key, node->secret_key);
    int fd = open(node->key_path, O_WRONLY | O_CREAT | O_EXCL, 0644);
    CHECK(fd >= 0 && write(fd, node->public_key, 32) == 32 && close(fd) == 0);
}

static void execute_launcher(const struct node *node, int errors) {
    char uid[16];
    const char *program = node->program != NULL ? node->program : tested;
    snprintf(uid, sizeof uid, "%u", (unsigned)geteuid());
    int null = open("/dev/null", O_RDWR);
    dup2(null, STDIN_FILENO);
    dup2(null, STDOUT_FILENO);
    dup2(errors, STDERR_FILENO);
    /* A test that fails takes its launcher with it. */
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execl(program, "queqiao-launcher", "--data", node->data, "--socket", node->socket, "--public-key", node->key_path,
          "--node", "node-1", "--agent-uid", uid, node->extra, node->more, (char *)NULL);
    _exit(99);
}

static pid_t spawn(const struct node *node, int *errors) {
    int ends[2];
    CHECK(pipe2(ends, O_CLOEXEC) == 0);
    pid_t pid = fork();
    CHECK(pid >= 0);
    if (pid == 0) {
        execute_launcher(node, ends[1]);
    }
    close(ends[1]);
    *errors = ends[0];
    return pid;
}

int node_try_start(struct node *node, char *errors, size_t capacity) {
    int fd = -1;
    int status = 0;
    size_t length = 0;
    pid_t pid = spawn(node, &fd);
    for (ssize_t got = 1; got > 0 && length < capacity - 1; length += got > 0 ? (size_t)got : 0) {
        got = read(fd, errors + length, capacity - 1 - length);
    }
    errors[length] = 0;
    close(fd);
    CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
    return WEXITSTATUS(status);
}

bool node_begins(struct node *node) {
    int errors = -1;
    char *ready = NULL;
    size_t length = 0;
    ssize_t got = 1;
    node->launcher = spawn(node, &errors);
    for (; got > 0 && ready == NULL && length < sizeof node->said - 1; length += got > 0 ? (size_t)got : 0) {
        got = read(errors, node->said + length, sizeof node->said - 1 - length);
        node->said[length + (got > 0 ? (size_t)got : 0)] = 0;
        ready = strstr(node->said, "queqiao-launcher: ready\n");
    }
    close(errors);
    if (ready == NULL) {
        fprintf(stderr, "%s", node->said);
        CHECK(waitpid(node->launcher, NULL, 0) == node->launcher);
        return false;
    }
    *ready = 0;
    return true;
}

void node_start(struct node *node) {
    CHECK(node_begins(node));
    node_connect(node);
}

bool node_reaches(struct node *node) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%.100s", node->socket);
    if (node->fd >= 0) {
        close(node->fd);
    }
    node->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(node->fd >= 0);
    return connect(node->fd, (const struct sockaddr *)&address, sizeof address) == 0;
}

void node_connect(struct node *node) {
    CHECK(node_reaches(node));
}

void node_kill(struct node *node, int signal_number) {
    int status = 0;
    CHECK(kill(node->launcher, signal_number) == 0);
    CHECK(waitpid(node->launcher, &status, 0) == node->launcher);
    if (signal_number == SIGTERM) {
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
}

static void remove_tree(const char *path) {
    pid_t pid = fork();
    if (pid == 0) {
        execlp("rm", "rm", "-rf", "--", path, (char *)NULL);
        _exit(99);
    }
    waitpid(pid, NULL, 0);
}

/* As a purge does it, by the same lines of the script; groups that stay fail the test. */
static void end_runs(const struct node *node) {
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        signal(SIGPIPE, SIG_DFL);
        execlp("bash", "bash", "-c",
               "set -euo pipefail; die() { echo \"$*\" >&2; exit 1; }; . \"$1\"; DATA=$2; end_runs; remove_groups", "end",
               SERVICES, node->root, (char *)NULL);
        _exit(99);
    }
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
}

void node_remove(struct node *node) {
    end_runs(node);
    remove_tree(node->root);
}

void node_destroy(struct node *node) {
    node_kill(node, SIGTERM);
    close(node->fd);
    node_remove(node);
}

/* ---- orders ---- */

struct launch launch_defaults(const struct node *node, uint64_t job_id, const char *script) {
    return (struct launch){.job_id = job_id,
                           .attempt = 1,
                           .uid = job_uid(),
                           .not_after_ms = now_ms() + 60000,
                           .grace_ms = 1000,
                           .node_name = "node-1",
                           .work_dir = node->work,
                           .stdout_path = "out",
                           .stderr_path = "",
                           .environment = "PATH=/usr/bin:/bin\0",
                           .script = script};
}

static size_t environment_length(const char *environment) {
    const char *at = environment;
    while (*at != 0) {
        at += strlen(at) + 1;
    }
    return (size_t)(at - environment);
}

static void put_header(uint8_t *order, uint16_t type, uint32_t total, uint64_t job_id, uint32_t uid) {
    put32(order, 0x51514C4F);
    put16(order + 4, 1);
    put16(order + 6, type);
    put32(order + 8, total);
    put64(order + 16, job_id);
    put32(order + 24, 1);
    put32(order + 28, uid);
    put64(order + 32, 7);
    put64(order + 40, now_ms() + 60000);
    randombytes_buf(order + 48, 16);
}

void sign_again(const struct node *node, uint8_t *order, size_t length) {
    crypto_sign_detached(order + length - 64, NULL, order, length - 64, node->secret_key);
}

uint8_t *launch_sign(const struct node *node, const struct launch *launch, size_t *length) {
    const char *fields[] = {launch->node_name,   launch->work_dir,    launch->stdout_path,
                            launch->stderr_path, launch->environment, launch->script};
    size_t lengths[6];
    size_t devices = launch->devices == NULL ? 0 : environment_length(launch->devices);
    size_t fixed = 108U + (launch->devices == NULL ? 0U : 4U) + (launch->lease_ms == 0 ? 0U : 4U);
    size_t total = fixed + (size_t)2 * launch->core_count + devices;
    for (int i = 0; i < 6; i++) {
        lengths[i] = i == 4 ? environment_length(fields[i]) : strlen(fields[i]);
        total += lengths[i];
    }
    uint8_t *order = calloc(1, total + 64);
    CHECK(order != NULL);
    put_header(order, 1, (uint32_t)total, launch->job_id, launch->uid);
    put32(order + 12, launch->flags | (launch->devices == NULL ? 0 : 2) | (launch->lease_ms == 0 ? 0 : 4));
    put32(order + 24, launch->attempt);
    put64(order + 40, launch->not_after_ms);
    put64(order + 64, launch->mem_bytes);
    put32(order + 72, launch->pids_max);
    put32(order + 76, launch->grace_ms);
    put32(order + 80, launch->core_count);
    uint8_t *at = order + fixed;
    if (launch->devices != NULL) {
        put32(order + 108, (uint32_t)devices);
        memcpy(order + total - devices, launch->devices, devices);
    }
    if (launch->lease_ms != 0) {
        put32(order + fixed - 4, launch->lease_ms);
    }
    for (uint32_t i = 0; i < launch->core_count; i++, at += 2) {
        put16(at, launch->cores[i]);
    }
    for (int i = 0; i < 6; i++) {
        put32(order + 84 + 4 * i, (uint32_t)lengths[i]);
        memcpy(at, fields[i], lengths[i]);
        at += lengths[i];
    }
    *length = total + 64;
    sign_again(node, order, *length);
    return order;
}

uint8_t *read_sign(const struct node *node, uint64_t job_id, uint32_t uid, const char *path, uint64_t offset,
                   uint32_t max_bytes, size_t *length) {
    size_t total = 100 + 6 + strlen(path);
    uint8_t *order = calloc(1, total + 64);
    CHECK(order != NULL);
    put_header(order, 2, (uint32_t)total, job_id, uid);
    put64(order + 80, offset);
    put32(order + 88, max_bytes);
    put32(order + 92, 6);
    put32(order + 96, (uint32_t)strlen(path));
    memcpy(order + 100, "node-1", 6);
    memcpy(order + 106, path, strlen(path));
    *length = total + 64;
    sign_again(node, order, *length);
    return order;
}

/* ---- frames ---- */

static bool write_fully(int fd, const uint8_t *bytes, size_t length) {
    while (length > 0) {
        ssize_t written = write(fd, bytes, length);
        if (written <= 0) {
            return false;
        }
        bytes += written;
        length -= (size_t)written;
    }
    return true;
}

static bool read_fully(int fd, uint8_t *bytes, size_t length) {
    while (length > 0) {
        struct pollfd ready = {fd, POLLIN, 0};
        CHECK(poll(&ready, 1, PATIENCE_MS) == 1);
        ssize_t got = read(fd, bytes, length);
        if (got <= 0) {
            return false;
        }
        bytes += got;
        length -= (size_t)got;
    }
    return true;
}

void send_frame(int fd, uint16_t type, const uint8_t *body, size_t length) {
    uint8_t header[12];
    put32(header, 0x51515251);
    put16(header + 4, 1);
    put16(header + 6, type);
    put32(header + 8, (uint32_t)length);
    CHECK(write_fully(fd, header, sizeof header) && write_fully(fd, body, length));
}

bool receive_reply(int fd, struct reply *reply) {
    uint8_t header[12];
    memset(reply, 0, sizeof *reply);
    if (!read_fully(fd, header, sizeof header)) {
        return false;
    }
    uint32_t body_length = get32(header + 8);
    CHECK_EQUAL(0x51515250, get32(header));
    CHECK(body_length >= 10 && body_length <= MAX_REPLY);
    uint8_t *body = malloc(body_length);
    CHECK(body != NULL && read_fully(fd, body, body_length));
    size_t text_length = (size_t)body[8] << 8 | body[9];
    CHECK(text_length <= 512 && 10 + text_length <= body_length);
    reply->type = (uint16_t)((unsigned)header[6] << 8 | header[7]);
    reply->status = get32(body);
    reply->reason = get32(body + 4);
    memcpy(reply->text, body + 10, text_length);
    reply->length = body_length - 10 - text_length;
    reply->payload = malloc(reply->length + 1);
    CHECK(reply->payload != NULL);
    memcpy(reply->payload, body + 10 + text_length, reply->length);
    free(body);
    return true;
}

void reply_free(struct reply *reply) {
    free(reply->payload);
    reply->payload = NULL;
}

struct reply request(struct node *node, uint16_t type, const uint8_t *body, size_t length) {
    struct reply reply;
    send_frame(node->fd, type, body, length);
    CHECK(receive_reply(node->fd, &reply));
    return reply;
}

struct reply request_launch(struct node *node, const struct launch *launch) {
    size_t length = 0;
    uint8_t *order = launch_sign(node, launch, &length);
    struct reply reply = request(node, 1, order, length);
    free(order);
    if (reply.text[0] != 0) {
        fprintf(stderr, "launch of %d answered: status %u, reason %u, %s\n", (int)launch->job_id, reply.status,
                reply.reason, reply.text);
    }
    return reply;
}

struct reply request_signal(struct node *node, uint64_t job_id, uint32_t signal_number, uint32_t grace_ms) {
    uint8_t body[20];
    put64(body, job_id);
    put32(body + 8, 1);
    put32(body + 12, signal_number);
    put32(body + 16, grace_ms);
    return request(node, 3, body, sizeof body);
}

uint32_t request_forget(struct node *node, uint64_t job_id) {
    uint8_t body[12];
    put64(body, job_id);
    put32(body + 8, 1);
    struct reply reply = request(node, 5, body, sizeof body);
    uint32_t status = reply.status;
    reply_free(&reply);
    return status;
}

uint32_t listed_state(struct node *node, uint64_t job_id) {
    uint8_t body[16];
    put64(body, job_id - 1);
    put32(body + 8, 0xFFFFFFFF);
    put32(body + 12, 1);
    struct reply reply = request(node, 4, body, sizeof body);
    CHECK_EQUAL(0, reply.status);
    uint32_t state = get32(reply.payload) == 1 && get64(reply.payload + 8) == job_id ? get32(reply.payload + 20) : 0;
    reply_free(&reply);
    return state;
}

/* ---- ends ---- */

/* Waits until `exists` holds for what appears in the folder. */
static void await_in(const char *folder, bool (*exists)(const void *), const void *what) {
    int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    CHECK(fd >= 0 && inotify_add_watch(fd, folder, IN_CREATE | IN_MOVED_TO | IN_MODIFY | IN_CLOSE_WRITE) >= 0);
    uint64_t until = now_ms() + PATIENCE_MS;
    while (!exists(what)) {
        struct pollfd ready = {fd, POLLIN, 0};
        char events[4096];
        uint64_t now = now_ms();
        CHECK(now < until && poll(&ready, 1, (int)(until - now)) == 1);
        while (read(fd, events, sizeof events) > 0) {
        }
    }
    close(fd);
}

static bool file_has_text(const void *path) {
    struct stat status;
    return stat(path, &status) == 0 && status.st_size > 0;
}

void await_file(const char *path) {
    char folder[PATH_BYTES];
    snprintf(folder, sizeof folder, "%s", path);
    *strrchr(folder, '/') = 0;
    await_in(folder, file_has_text, path);
}

static void record_path(const struct node *node, uint64_t job_id, char *path) {
    snprintf(path, PATH_BYTES, "%.400s/spool/%" PRIu64 ".1.exit", node->data, job_id);
}

bool has_ended(const struct node *node, uint64_t job_id) {
    char path[PATH_BYTES];
    record_path(node, job_id, path);
    return file_has_text(path);
}

uint32_t crc32_of(const uint8_t *bytes, size_t length) {
    uint32_t crc = ~0U;
    for (size_t i = 0; i < length; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = crc & 1 ? crc >> 1 ^ 0xEDB88320U : crc >> 1;
        }
    }
    return ~crc;
}

/* u32 magic, u16 version, u16 count, entries of 16 bytes, CRC-32; nothing at all for what never ran. */
static void read_counters(struct ended *ended, const uint8_t *bytes, size_t length) {
    if (length == 0) {
        return;
    }
    CHECK_EQUAL(0x51514354, get32(bytes));
    ended->counter_count = get32(bytes + 4) & 0xFFFF;
    CHECK(ended->counter_count <= 32 && length == 12 + (size_t)16 * ended->counter_count);
    CHECK_EQUAL(crc32_of(bytes, length - 4), get32(bytes + length - 4));
    for (uint32_t i = 0; i < ended->counter_count; i++) {
        const uint8_t *at = bytes + 8 + (size_t)16 * i;
        ended->counters[i] = (struct counted){(uint16_t)(get32(at) >> 16), at[2], get32(at + 4), get64(at + 8)};
    }
}

struct counted counter_of(const struct ended *ended, uint16_t id) {
    for (uint32_t i = 0; i < ended->counter_count; i++) {
        if (ended->counters[i].id == id) {
            return ended->counters[i];
        }
    }
    fprintf(stderr, "there is no counter %u\n", id);
    abort_test();
}

struct ended await_end(const struct node *node, uint64_t job_id) {
    char path[PATH_BYTES];
    char folder[PATH_BYTES];
    uint8_t bytes[2048];
    record_path(node, job_id, path);
    snprintf(folder, sizeof folder, "%.400s/spool", node->data);
    await_in(folder, file_has_text, path);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, bytes, sizeof bytes);
    CHECK(length >= 256 && close(fd) == 0);
    CHECK_EQUAL(0x51514558, get32(bytes));
    CHECK_EQUAL(crc32_of(bytes, 252), get32(bytes + 252));
    struct ended ended = {.job_id = get64(bytes + 8),
                          .attempt = get32(bytes + 16),
                          .flags = get32(bytes + 20),
                          .exit_code = get32(bytes + 24),
                          .signal = get32(bytes + 28),
                          .start_ms = get64(bytes + 32),
                          .end_ms = get64(bytes + 40),
                          .user_us = get64(bytes + 48),
                          .system_us = get64(bytes + 56),
                          .max_rss_bytes = get64(bytes + 64),
                          .failed_step = get32(bytes + 88),
                          .failed_errno = get32(bytes + 92),
                          .uid = get32(bytes + 96)};
    memcpy(ended.text, bytes + 106, 146);
    read_counters(&ended, bytes + 256, (size_t)length - 256);
    if (ended.text[0] != 0) {
        fprintf(stderr, "run %d: flags %u step %u: %s\n", (int)job_id, ended.flags, ended.failed_step, ended.text);
    }
    CHECK_EQUAL(job_id, ended.job_id);
    CHECK(ended.end_ms >= ended.start_ms);
    return ended;
}

struct ended run_script(struct node *node, uint64_t job_id, const char *script) {
    struct launch launch = launch_defaults(node, job_id, script);
    struct reply reply = request_launch(node, &launch);
    CHECK_EQUAL(1, reply.status);
    reply_free(&reply);
    return await_end(node, job_id);
}

/* ---- runs that wait, and what is kept of runs ---- */

void put_intent(uint8_t intent[SLOT], uint64_t job_id, uint64_t not_after_ms) {
    memset(intent, 0, SLOT);
    put32(intent, 0x5151494E);
    put64(intent + 8, job_id);
    put32(intent + 16, 1);
    put64(intent + 24, not_after_ms);
    put32(intent + 60, crc32_of(intent, 56));
}

char *intents_path(const struct node *node, char path[PATH_BYTES]) {
    snprintf(path, PATH_BYTES, "%.400s/runs/intents", node->data);
    return path;
}

char *run_path(const struct node *node, char path[PATH_BYTES], uint64_t job_id, const char *kind) {
    snprintf(path, PATH_BYTES, "%.400s/runs/%" PRIu64 ".1.%s", node->data, job_id, kind);
    return path;
}

static const char waiting_script[] = "#!/bin/sh\necho $$ > up.$N\nwhile [ ! -e go ]; do sleep 0.02; done\nexit 4\n";

pid_t start_waiting(struct node *node, uint64_t job) {
    char path[PATH_BYTES];
    char name[32];
    char variables[64];
    struct launch launch = launch_defaults(node, job, waiting_script);
    int used = snprintf(variables, sizeof variables, "N=%" PRIu64, job);
    memcpy(variables + used + 1, "PATH=/usr/bin:/bin\0", 20);
    launch.environment = variables;
    launch.stdout_path = "/dev/null";
    struct reply reply = request_launch(node, &launch);
    CHECK_EQUAL(1, reply.status);
    pid_t monitor = (pid_t)get32(reply.payload);
    reply_free(&reply);
    snprintf(name, sizeof name, "up.%" PRIu64, job);
    await_file(work_path(node, name, path));
    return monitor;
}

pid_t main_pid(const struct node *node, uint64_t job) {
    char path[PATH_BYTES];
    char name[32];
    char text[32];
    snprintf(name, sizeof name, "up.%" PRIu64, job);
    return atoi(read_text(work_path(node, name, path), text, sizeof text));
}

bool is_alive(pid_t pid) {
    char path[PATH_BYTES];
    char text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    const char *fields = strrchr(read_text(path, text, sizeof text), ')');
    return fields != NULL && fields[2] != 'Z' && fields[2] != 'X';
}

void let_go(const struct node *node) {
    char path[PATH_BYTES];
    int fd = open(work_path(node, "go", path), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    CHECK(fd >= 0 && close(fd) == 0);
}
