/*
 * What does not answer: a name service that stands still at a pipe in the place of its file, and a file system whose
 * server never says a word. Each holds up its own run, and nobody else.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <linux/ptrace.h>
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
    SLOW_READS = 10,
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
    uint64_t took_ms = now_ms() - from_ms;
    CHECK(took_ms < 3000);
    /* One at a time is answered in the time that there is for one, and who comes behind it is not waited for. */
    CHECK((uint64_t)(SLOW_USERS - busy) <= took_ms / SLOW_MS + 1);
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

/* It serves nobody before it knows its agent's group, so it ends, and who started it can try again. */
static void launcherThatCannotLearnOfItsAgentEndsWithTheReason(void) {
    char errors[1024];
    if (!is_root()) {
        return;
    }
    node_create(&node);
    stop_name_service();
    uint64_t from_ms = now_ms();
    CHECK_EQUAL(1, node_try_start(&node, errors, sizeof errors));
    CHECK(now_ms() - from_ms < 15000);
    CHECK(strstr(errors, "look up the agent's user: Connection timed out") != NULL);
    restore_name_service();
    node_start(&node);
    node_destroy(&node);
}

/* So that the launcher has room for a pipe, and for nothing more. */
static void leave_two_descriptors(void) {
    char path[64];
    int most = 0;
    for (int left = 2; left >= 0; most++) {
        snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)node.launcher, most);
        left -= faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) != 0;
    }
    struct rlimit files = {(rlim_t)most - 1, (rlim_t)most - 1};
    CHECK(prlimit(node.launcher, RLIMIT_NOFILE, &files, NULL) == 0);
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

/* A launcher without a descriptor for its child. */
static void childThatCouldNotBeEndedLaterIsEndedAtOnce(void) {
    if (!is_root()) {
        return;
    }
    node_create(&node);
    node_start(&node);
    CHECK_EQUAL(0, listed_state(&node, 1));
    stop_name_service();
    leave_two_descriptors();
    uint64_t until_ms = now_ms() + 3000;
    CHECK_EQUAL(BUSY, status_of(launch_as(1, OTHER_UID, "/")));
    while (launcher_has_children()) {
        CHECK(now_ms() < until_ms);
        poll(NULL, 0, RETRY_MS);
    }
    restore_name_service();
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

/* Says of every file, after a while, that there is none. */
static pid_t serve_slowly(int fd) {
    static union {
        struct fuse_in_header head;
        uint8_t bytes[FUSE_MIN_READ_BUFFER + 4096];
    } asked;
    pid_t pid = fork();
    CHECK(pid >= 0);
    if (pid > 0) {
        return pid;
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    while (read(fd, &asked, sizeof asked) >= (ssize_t)sizeof asked.head) {
        struct {
            struct fuse_out_header head;
            struct fuse_init_out init;
        } said = {.head = {sizeof said.head, -ENOSYS, asked.head.unique}, .init = {.major = FUSE_KERNEL_VERSION}};
        if (asked.head.opcode == FUSE_FORGET || asked.head.opcode == FUSE_BATCH_FORGET) {
            continue;
        }
        if (asked.head.opcode == FUSE_INIT) {
            said.head.len = sizeof said;
            said.head.error = 0;
            said.init.minor = FUSE_KERNEL_MINOR_VERSION;
            said.init.max_write = 4096;
        } else if (asked.head.opcode == FUSE_LOOKUP) {
            poll(NULL, 0, SLOW_MS);
            said.head.error = -ENOENT;
        }
        CHECK(write(fd, &said, said.head.len) == (ssize_t)said.head.len);
    }
    _exit(0);
}

/* Each answer comes well in time, and all of them together would take nine seconds. */
static void slowFileSystemHoldsUpTheNodeForAWhileHoweverManyRead(void) {
    char path[PATH_BYTES];
    char slow[PATH_BYTES + 8];
    node_create(&node);
    node_start(&node);
    int fd = mount_hang(path);
    if (fd < 0) {
        node_destroy(&node);
        return;
    }
    pid_t server = serve_slowly(fd);
    snprintf(slow, sizeof slow, "%s/file", path);
    uint64_t from_ms = now_ms();
    uint64_t job = 10;
    int busy = 0;
    int answered = 0;
    for (int i = 0; i < SLOW_READS; i++) {
        struct reply reply = read_file(slow);
        CHECK(reply.status == BUSY || (reply.status == FAILED && reply.reason == ENOENT));
        busy += reply.status == BUSY;
        answered += reply.status == FAILED;
        reply_free(&reply);
    }
    CHECK(now_ms() - from_ms < 4500);
    CHECK(answered >= 1 && answered <= 3 && busy == SLOW_READS - answered);
    /* Nobody is being read for any more, and yet reads have had their time; launches have theirs. */
    from_ms = now_ms();
    expect_others_served(job++);
    CHECK_EQUAL(BUSY, status_of(read_file("/etc/passwd")));
    CHECK(now_ms() - from_ms < 3000);
    uint64_t until_ms = now_ms() + PATIENCE_MS;
    struct reply reply;
    for (reply = read_file("/etc/passwd"); reply.status == BUSY; reply = read_file("/etc/passwd")) {
        reply_free(&reply);
        CHECK(now_ms() < until_ms);
        expect_others_served(job++);
        poll(NULL, 0, RETRY_MS);
    }
    CHECK_EQUAL(0, reply.status);
    reply_free(&reply);
    CHECK(kill(server, SIGKILL) == 0 && waitpid(server, NULL, 0) == server);
    unmount_hang(path, fd);
}

/* The switch that stops all runs of this node, before they are born too. -1: not with these control groups. */
static int open_freezer(void) {
    char base[PATH_BYTES];
    char file[PATH_BYTES * 2];
    char path[PATH_BYTES];
    CHECK_EQUAL(0, run_script(&node, 10, "#!/bin/sh\ngrep -h '^0::.*queqiao-' /proc/self/cgroup >base; exit 0\n").flags);
    read_text(work_path(&node, "base", path), base, sizeof base);
    char *end = strstr(base, "/10.1");
    if (end == NULL) {
        return -1;
    }
    *end = 0;
    snprintf(file, sizeof file, "/sys/fs/cgroup/%s%s/cgroup.freeze",
             access("/sys/fs/cgroup/unified", F_OK) == 0 ? "unified" : "", base + strlen("0::"));
    int freeze = open(file, O_WRONLY | O_CLOEXEC);
    CHECK(freeze >= 0);
    return freeze;
}

/* Its group is stopped before it is born, so it cannot have begun. */
static void runThatIsStoppedBeforeItBeginsHasItsTimeAnew(void) {
    node_create(&node);
    node.extra = "--command-seconds=1";
    node_start(&node);
    int freeze = open_freezer();
    if (freeze < 0) {
        node_destroy(&node);
        return;
    }
    CHECK(write(freeze, "1", 1) == 1);
    CHECK_EQUAL(STARTED, status_of(launch_as(1, TEST_UID, "/")));
    poll(NULL, 0, 2500);
    CHECK(!has_ended(&node, 1));
    CHECK(write(freeze, "0", 1) == 1 && close(freeze) == 0);
    struct ended ended = await_end(&node, 1);
    CHECK_EQUAL(0, ended.flags);
    node_destroy(&node);
}

#ifdef SYS_poll
enum { POLL_CALL = SYS_poll };
#else
enum { POLL_CALL = SYS_ppoll };
#endif

/* Lets the monitor go on until its wait for the deadline is over, and holds it there. False: not on this machine. */
static bool hold_at_deadline(pid_t monitor) {
    int status = 0;
    uint64_t last_call = 0;
    if (ptrace(PTRACE_SEIZE, monitor, NULL, PTRACE_O_TRACESYSGOOD) != 0) {
        fprintf(stderr, "passed over: no process may be traced\n");
        return false;
    }
    CHECK(ptrace(PTRACE_INTERRUPT, monitor, NULL, NULL) == 0);
    for (;;) {
        struct __ptrace_syscall_info info = {0};
        CHECK(waitpid(monitor, &status, 0) == monitor && WIFSTOPPED(status));
        if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
            CHECK(ptrace(PTRACE_GET_SYSCALL_INFO, monitor, sizeof info, &info) > 0);
            /* Of its calls this one alone waits, and says 0 when nothing has happened until the time was over. */
            if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
                last_call = info.entry.nr;
            } else if (info.op == PTRACE_SYSCALL_INFO_EXIT && info.exit.rval == 0 &&
                       (last_call == POLL_CALL || last_call == SYS_restart_syscall)) {
                return true;
            }
        }
        CHECK(ptrace(PTRACE_SYSCALL, monitor, NULL, NULL) == 0);
    }
}

/* Between the end of the wait and the look at the clock the run begins: it has not failed to. */
static void runThatBeginsAtTheLastMomentHasBegun(void) {
    char path[PATH_BYTES];
    node_create(&node);
    node.extra = "--command-seconds=1";
    node_start(&node);
    int freeze = is_root() ? open_freezer() : -1;
    if (freeze < 0) {
        node_destroy(&node);
        return;
    }
    CHECK(write(freeze, "1", 1) == 1);
    struct launch launch = launch_defaults(&node, 1, "#!/bin/sh\necho begun >begun\nsleep 1\n");
    struct reply reply = request_launch(&node, &launch);
    CHECK_EQUAL(STARTED, reply.status);
    pid_t monitor = (pid_t)get32(reply.payload);
    reply_free(&reply);
    bool held = hold_at_deadline(monitor);
    CHECK(write(freeze, "0", 1) == 1 && close(freeze) == 0);
    await_file(work_path(&node, "begun", path));
    CHECK(!held || ptrace(PTRACE_DETACH, monitor, NULL, NULL) == 0);
    struct ended ended = await_end(&node, 1);
    CHECK_EQUAL(0, ended.flags);
    CHECK_EQUAL(0, ended.exit_code);
    node_destroy(&node);
}

static const struct test tests[] = {TEST(hungNameServiceHoldsUpNobodyWhoIsKnown),
                                    TEST(slowNameServiceHoldsUpTheNodeForAMomentHoweverManyAsk),
                                    TEST(launcherThatCannotLearnOfItsAgentEndsWithTheReason),
                                    TEST(childThatCouldNotBeEndedLaterIsEndedAtOnce),
                                    TEST(hungFileSystemFailsItsOwnRun),
                                    TEST(runThatWaitsForAHungFileSystemIsEndedOnRequest),
                                    TEST(hungFileSystemHoldsUpReadsForAWhileAndNothingElse),
                                    TEST(slowFileSystemHoldsUpTheNodeForAWhileHoweverManyRead),
                                    TEST(runThatIsStoppedBeforeItBeginsHasItsTimeAnew),
                                    TEST(runThatBeginsAtTheLastMomentHasBegun)};

int main(int count, char **arguments) {
    return run_tests(count, arguments, tests, sizeof tests / sizeof *tests);
}
