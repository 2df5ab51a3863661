/*
 * What does not answer: a name service that stands still at a pipe in the place of its file, and a file system whose
 * server never says a word. Each holds up its own run, and nobody else.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

enum {
    STARTED = 1,
    REFUSED = 3,
    FAILED = 6,
    BUSY = 8,
    UNKNOWN_USER = 6,
    NAME_SERVICE = 8,
    FULL = 11,
    RUNNING = 1,
    LAUNCH_FAILED = 2,
    KILLED_ON_REQUEST = 4,
    STEP_FILES = 8,
    NEW_UID = 61004,
    SLOW_UID = 62000, /* and those after it */
    SLOW_USERS = 8,
    SLOW_MS = 900,
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

static void stop_name_service(void) {
    CHECK(rename("/etc/passwd", "/etc/passwd.kept") == 0 && mkfifo("/etc/passwd", 0644) == 0);
}

static void restore_name_service(void) {
    CHECK(unlink("/etc/passwd") == 0 && rename("/etc/passwd.kept", "/etc/passwd") == 0);
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
    stop_name_service();
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
    restore_name_service();
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

/* Answers each question after a while: that there is no such user, as the library reads none from a pipe. */
static pid_t answer_slowly(void) {
    pid_t pid = fork();
    CHECK(pid >= 0);
    if (pid > 0) {
        return pid;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
        poll(NULL, 0, SLOW_MS);
        close(open("/etc/passwd", O_WRONLY | O_CLOEXEC));
    }
}

/* Each answer comes in the time that there is for one, and all of them together would take seven seconds. */
static void slowNameServiceHoldsUpTheNodeForAMomentHoweverManyAsk(void) {
    struct reply reply;
    if (!is_root()) {
        return;
    }
    node_create(&node);
    node_start(&node);
    stop_name_service();
    pid_t slow = answer_slowly();
    uint64_t from_ms = now_ms();
    for (int i = 0; i < SLOW_USERS; i++) {
        struct launch launch = launch_defaults(&node, (uint64_t)i + 1, "#!/bin/sh\ntrue\n");
        size_t length = 0;
        launch.uid = (uid_t)(SLOW_UID + i);
        launch.work_dir = "/";
        launch.stdout_path = "/dev/null";
        uint8_t *order = launch_sign(&node, &launch, &length);
        send_frame(node.fd, 1, order, length);
        free(order);
    }
    int busy = 0;
    for (int i = 0; i < SLOW_USERS; i++) {
        CHECK(receive_reply(node.fd, &reply));
        busy += status_of(reply) == BUSY;
    }
    CHECK(now_ms() - from_ms < 3000);
    CHECK(busy >= SLOW_USERS - 2);
    /* Whoever asks again has the answer in the end. */
    for (int i = 0; i < SLOW_USERS; i++) {
        uint64_t until_ms = now_ms() + PATIENCE_MS;
        while ((reply = launch_as((uint64_t)i + 1, (uid_t)(SLOW_UID + i), "/")).status == BUSY) {
            reply_free(&reply);
            CHECK(now_ms() < until_ms);
            poll(NULL, 0, RETRY_MS);
        }
        CHECK_EQUAL(REFUSED, reply.status);
        CHECK_EQUAL(UNKNOWN_USER, reply.reason);
        reply_free(&reply);
    }
    CHECK(kill(slow, SIGKILL) == 0 && waitpid(slow, NULL, 0) == slow);
    restore_name_service();
    node_destroy(&node);
}

/* In this process and those that it starts. */
static bool fail_pidfd_open(void) {
    struct sock_filter filter[] = {BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
                                   BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_pidfd_open, 0, 1),
                                   BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EMFILE),
                                   BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
    struct sock_fprog program = {sizeof filter / sizeof *filter, filter};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static bool launcher_has_children(void) {
    char path[64];
    char text[64] = "";
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)node.launcher, (int)node.launcher);
    FILE *file = fopen(path, "re");
    CHECK(file != NULL);
    bool any = fgets(text, sizeof text, file) != NULL;
    fclose(file);
    return any;
}

static _Noreturn void ask_by_what_cannot_be_ended_later(void) {
    if (!fail_pidfd_open()) {
        fprintf(stderr, "passed over: no filter of system calls for this process\n");
        _exit(0);
    }
    node_create(&node);
    node_start(&node);
    stop_name_service();
    uint64_t until_ms = now_ms() + 3000;
    CHECK_EQUAL(BUSY, status_of(launch_as(1, OTHER_UID, "/")));
    while (launcher_has_children()) {
        CHECK(now_ms() < until_ms);
        poll(NULL, 0, RETRY_MS);
    }
    restore_name_service();
    node_destroy(&node);
    _exit(0);
}

/* A launcher without a descriptor for its child. */
static void childThatCouldNotBeEndedLaterIsEndedAtOnce(void) {
    int status = 0;
    if (!is_root()) {
        return;
    }
    pid_t pid = fork();
    CHECK(pid >= 0);
    if (pid == 0) {
        ask_by_what_cannot_be_ended_later();
    }
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
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
                                    TEST(slowNameServiceHoldsUpTheNodeForAMomentHoweverManyAsk),
                                    TEST(childThatCouldNotBeEndedLaterIsEndedAtOnce),
                                    TEST(hungFileSystemFailsItsOwnRun),
                                    TEST(runThatWaitsForAHungFileSystemIsEndedOnRequest),
                                    TEST(hungFileSystemHoldsUpReadsForAWhileAndNothingElse),
                                    TEST(runThatIsStoppedBeforeItBeginsHasItsTimeAnew)};

int main(int count, char **arguments) {
    return run_tests(count, arguments, tests, sizeof tests / sizeof *tests);
}
