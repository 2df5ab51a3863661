/*
 * What does not answer: a name service that stands still at a pipe in the place of its file, and a file system whose
 * server never says a word. Each holds up its own run, and nobody else.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

enum {
    STARTED = 1,
    REFUSED = 3,
    FAILED = 6,
    BUSY = 8,
    NAME_SERVICE = 8,
    FULL = 11,
    RUNNING = 1,
    LAUNCH_FAILED = 2,
    KILLED_ON_REQUEST = 4,
    STEP_FILES = 8,
    NEW_UID = 61004,
    RETRY_MS = 100,
    PATIENCE_MS = 30000
};

static struct node node;

static struct reply launch_as(uint64_t job, uid_t uid, const char *work_dir) {
    struct launch launch = launch_defaults(&node, job, "#!/bin/sh\ntrue\n");
    launch.uid = uid;
    launch.work_dir = work_dir;
    launch.stdout_path = "/dev/null";
    return request_launch(&node, &launch);
}

static uint32_t status_of(struct reply reply) {
    reply_free(&reply);
    return reply.status;
}

/* A run of a user who is known goes from its launch to its end. */
static void expect_others_served(uint64_t job) {
    CHECK_EQUAL(STARTED, status_of(launch_as(job, TEST_UID, "/")));
    CHECK_EQUAL(0, await_end(&node, job).flags);
}

static void hungNameServiceHoldsUpNobodyWhoIsKnown(void) {
    uint64_t job = 10;
    struct reply reply;
    if (!is_root()) {
        return;
    }
    node_create(&node);
    node_start(&node);
    expect_others_served(job++);
    CHECK(rename("/etc/passwd", "/etc/passwd.kept") == 0 && mkfifo("/etc/passwd", 0644) == 0);
    uint64_t until_ms = now_ms() + PATIENCE_MS;
    int busy = 0;
    for (reply = launch_as(1, OTHER_UID, "/"); reply.status == BUSY; reply = launch_as(1, OTHER_UID, "/")) {
        CHECK_EQUAL(NAME_SERVICE, reply.reason);
        reply_free(&reply);
        CHECK(now_ms() < until_ms);
        expect_others_served(job++);
        /* One is asked for at a time; the next waits without being waited for. */
        CHECK_EQUAL(BUSY, status_of(launch_as(2, NEW_UID, "/")));
        busy++;
        poll(NULL, 0, RETRY_MS);
    }
    CHECK(busy > 2);
    CHECK_EQUAL(REFUSED, reply.status);
    CHECK_EQUAL(NAME_SERVICE, reply.reason);
    CHECK(strcmp(reply.text, "the name service does not answer") == 0);
    reply_free(&reply);
    CHECK_EQUAL(0, listed_state(&node, 1));

    /* It answers again, also about those of whom nothing could be learned. */
    CHECK(unlink("/etc/passwd") == 0 && rename("/etc/passwd.kept", "/etc/passwd") == 0);
    FILE *file = fopen("/etc/passwd", "ae");
    CHECK(file != NULL && fputs("qqtest4:x:61004:61003::/:/usr/sbin/nologin\n", file) >= 0 && fclose(file) == 0);
    until_ms = now_ms() + PATIENCE_MS;
    while ((reply = launch_as(2, NEW_UID, "/")).status != STARTED) {
        CHECK_EQUAL(NAME_SERVICE, reply.reason);
        reply_free(&reply);
        CHECK(now_ms() < until_ms);
        poll(NULL, 0, RETRY_MS);
    }
    reply_free(&reply);
    CHECK_EQUAL(0, await_end(&node, 2).flags);
    node_destroy(&node);
}

/* Below the work folder; the descriptor is its server, which never answers. -1: not on this machine. */
static int mount_hang(char path[PATH_BYTES]) {
    char options[128];
    int fd = is_root() ? open("/dev/fuse", O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0) {
        fprintf(stderr, "passed over: no file system in user space for this user\n");
        return -1;
    }
    CHECK(mkdir(work_path(&node, "hang", path), 0755) == 0);
    snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=0,group_id=0,allow_other", fd);
    CHECK(mount("hang", path, "fuse", MS_NOSUID | MS_NODEV, options) == 0);
    return fd;
}

static void unmount_hang(const char *path, int fd) {
    CHECK(umount2(path, MNT_DETACH) == 0 && close(fd) == 0);
    node_destroy(&node);
}

static void hungFileSystemFailsItsOwnRun(void) {
    char path[PATH_BYTES];
    node_create(&node);
    node.extra = "--command-seconds=1";
    node_start(&node);
    int fd = mount_hang(path);
    if (fd < 0) {
        node_destroy(&node);
        return;
    }
    CHECK_EQUAL(STARTED, status_of(launch_as(1, TEST_UID, path)));
    expect_others_served(10);
    struct ended ended = await_end(&node, 1);
    CHECK_EQUAL(LAUNCH_FAILED, ended.flags);
    CHECK_EQUAL(STEP_FILES, ended.failed_step);
    CHECK_EQUAL(ETIMEDOUT, ended.failed_errno);
    CHECK(strstr(ended.text, "a file system does not answer") != NULL);
    unmount_hang(path, fd);
}

static void runThatWaitsForAHungFileSystemIsEndedOnRequest(void) {
    char path[PATH_BYTES];
    node_create(&node);
    node_start(&node);
    int fd = mount_hang(path);
    if (fd < 0) {
        node_destroy(&node);
        return;
    }
    CHECK_EQUAL(STARTED, status_of(launch_as(1, TEST_UID, path)));
    CHECK_EQUAL(0, status_of(request_signal(&node, 1, 15, 100)));
    struct ended ended = await_end(&node, 1);
    CHECK_EQUAL(KILLED_ON_REQUEST, ended.flags & KILLED_ON_REQUEST);
    unmount_hang(path, fd);
}

static struct reply read_file(const char *path) {
    size_t length = 0;
    uint8_t *order = read_sign(&node, 1, TEST_UID, path, 0, 100, &length);
    struct reply reply = request(&node, 2, order, length);
    free(order);
    return reply;
}

static void hungFileSystemHoldsUpReadsForAWhileAndNothingElse(void) {
    char path[PATH_BYTES];
    char hung[PATH_BYTES + 8];
    node_create(&node);
    node_start(&node);
    int fd = mount_hang(path);
    if (fd < 0) {
        node_destroy(&node);
        return;
    }
    snprintf(hung, sizeof hung, "%s/file", path);
    struct reply reply = read_file(hung);
    CHECK_EQUAL(FAILED, reply.status);
    CHECK_EQUAL(ETIMEDOUT, reply.reason);
    CHECK(strcmp(reply.text, "the file system does not answer") == 0);
    reply_free(&reply);
    uint64_t until_ms = now_ms() + PATIENCE_MS;
    uint64_t job = 10;
    int busy = 0;
    for (reply = read_file("/etc/passwd"); reply.status == BUSY; reply = read_file("/etc/passwd")) {
        CHECK_EQUAL(FULL, reply.reason);
        reply_free(&reply);
        CHECK(now_ms() < until_ms);
        expect_others_served(job++);
        busy++;
        poll(NULL, 0, RETRY_MS);
    }
    CHECK(busy > 0);
    CHECK_EQUAL(0, reply.status);
    reply_free(&reply);
    unmount_hang(path, fd);
}

/* Its group is stopped before it is born, so it cannot have begun. */
static void runThatIsStoppedBeforeItBeginsHasItsTimeAnew(void) {
    char base[PATH_BYTES];
    char file[PATH_BYTES * 2];
    char path[PATH_BYTES];
    node_create(&node);
    node.extra = "--command-seconds=1";
    node_start(&node);
    CHECK_EQUAL(0, run_script(&node, 10, "#!/bin/sh\ngrep -h '^0::.*queqiao-' /proc/self/cgroup >base; exit 0\n").flags);
    read_text(work_path(&node, "base", path), base, sizeof base);
    char *end = strstr(base, "/10.1");
    if (end == NULL) {
        node_destroy(&node);
        return;
    }
    *end = 0;
    snprintf(file, sizeof file, "/sys/fs/cgroup/%s%s/cgroup.freeze",
             access("/sys/fs/cgroup/unified", F_OK) == 0 ? "unified" : "", base + strlen("0::"));
    int freeze = open(file, O_WRONLY | O_CLOEXEC);
    CHECK(freeze >= 0 && write(freeze, "1", 1) == 1);
    CHECK_EQUAL(STARTED, status_of(launch_as(1, TEST_UID, "/")));
    poll(NULL, 0, 2500);
    CHECK(!has_ended(&node, 1));
    CHECK(write(freeze, "0", 1) == 1 && close(freeze) == 0);
    struct ended ended = await_end(&node, 1);
    CHECK_EQUAL(0, ended.flags);
    node_destroy(&node);
}

static const struct test tests[] = {TEST(hungNameServiceHoldsUpNobodyWhoIsKnown),
                                    TEST(hungFileSystemFailsItsOwnRun),
                                    TEST(runThatWaitsForAHungFileSystemIsEndedOnRequest),
                                    TEST(hungFileSystemHoldsUpReadsForAWhileAndNothingElse),
                                    TEST(runThatIsStoppedBeforeItBeginsHasItsTimeAnew)};

int main(int count, char **arguments) {
    return run_tests(count, arguments, tests, sizeof tests / sizeof *tests);
}
