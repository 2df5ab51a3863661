/* Real processes that are stopped, go on, and are killed while they are stopped. */
#define _GNU_SOURCE
#include <inttypes.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

enum { SUSPEND = 7, GOES_ON = 0, STOPPED = 1, NOT_YET = 2, NOT_FOUND = 4, NOT_RUNNING = 5, LISTED_SUSPENDED = 5 };
enum { KILLED_ON_REQUEST = 4, RETRY_MS = 10, STILL_MS = 300, PATIENCE_MS = 20000 };

static struct node node;

/* Every line is written by a process of its own, so the run forks all the time. */
static const char counting_script[] =
    "#!/bin/sh\ncount() { while :; do (echo x) >> \"$1\"; done; }\n"
    "count first & count second & (setsid sh -c 'while :; do (echo x) >> third; done') &\n"
    "trap 'echo told > told; exit 3' TERM\nwait; wait; wait\n";

/* The pid of the monitor. */
static pid_t start_counting(uint64_t job) {
    char path[PATH_BYTES];
    struct launch launch = launch_defaults(&node, job, counting_script);
    struct reply reply = request_launch(&node, &launch);
    CHECK_EQUAL(1, reply.status);
    pid_t monitor = (pid_t)get32(reply.payload);
    reply_free(&reply);
    await_file(work_path(&node, "first", path));
    await_file(work_path(&node, "second", path));
    await_file(work_path(&node, "third", path));
    return monitor;
}

static struct reply ask(uint64_t job, uint32_t wanted) {
    uint8_t body[16];
    put64(body, job);
    put32(body + 8, 1);
    put32(body + 12, wanted);
    return request(&node, SUSPEND, body, sizeof body);
}

static void ask_until_done(uint64_t job, uint32_t wanted) {
    uint64_t until_ms = now_ms() + PATIENCE_MS;
    for (;;) {
        struct reply reply = ask(job, wanted);
        CHECK_EQUAL(0, reply.status);
        CHECK_EQUAL(4, reply.length);
        uint32_t state = get32(reply.payload);
        reply_free(&reply);
        if (state == (wanted == 1 ? STOPPED : GOES_ON)) {
            return;
        }
        CHECK_EQUAL(NOT_YET, state);
        CHECK(now_ms() < until_ms);
        poll(NULL, 0, RETRY_MS);
    }
}

static long written(void) {
    static const char *const names[] = {"first", "second", "third"};
    char path[PATH_BYTES];
    struct stat status;
    long bytes = 0;
    for (int i = 0; i < 3; i++) {
        CHECK(stat(work_path(&node, names[i], path), &status) == 0);
        bytes += status.st_size;
    }
    return bytes;
}

static void check_still(void) {
    long before = written();
    poll(NULL, 0, STILL_MS);
    CHECK_EQUAL(before, written());
}

static void await_more(long than) {
    uint64_t until_ms = now_ms() + PATIENCE_MS;
    while (written() == than) {
        CHECK(now_ms() < until_ms);
        poll(NULL, 0, RETRY_MS);
    }
}

static void everyProcessStandsStillAndGoesOn(void) {
    node_create(&node);
    node_start(&node);
    start_counting(1);
    for (int round = 0; round < 3; round++) {
        ask_until_done(1, 1);
        check_still();
        long before = written();
        ask_until_done(1, 1);
        CHECK_EQUAL(before, written());
        ask_until_done(1, 0);
        await_more(before);
    }
    struct reply reply = request_signal(&node, 1, SIGKILL, 0);
    reply_free(&reply);
    CHECK_EQUAL(SIGKILL, await_end(&node, 1).signal);
    node_destroy(&node);
}

static void stoppedRunIsKilled(void) {
    node_create(&node);
    node_start(&node);
    start_counting(1);
    ask_until_done(1, 1);
    struct reply reply = request_signal(&node, 1, SIGKILL, 0);
    CHECK_EQUAL(0, reply.status);
    reply_free(&reply);
    struct ended ended = await_end(&node, 1);
    CHECK_EQUAL(SIGKILL, ended.signal);
    CHECK_EQUAL(KILLED_ON_REQUEST, ended.flags);
    reply = ask(1, 1);
    CHECK_EQUAL(NOT_RUNNING, reply.status);
    reply_free(&reply);
    node_destroy(&node);
}

static void stoppedRunHearsTermFirst(void) {
    char path[PATH_BYTES];
    char text[32];
    node_create(&node);
    node_start(&node);
    start_counting(1);
    ask_until_done(1, 1);
    struct reply reply = request_signal(&node, 1, SIGTERM, 10000);
    CHECK_EQUAL(0, reply.status);
    reply_free(&reply);
    struct ended ended = await_end(&node, 1);
    CHECK_EQUAL(3, ended.exit_code);
    CHECK(strcmp(read_text(work_path(&node, "told", path), text, sizeof text), "told\n") == 0);
    node_destroy(&node);
}

static void stopOutlivesTheLauncher(void) {
    node_create(&node);
    node_start(&node);
    start_counting(1);
    ask_until_done(1, 1);
    node_kill(&node, SIGKILL);
    check_still();
    node_start(&node);
    if (is_root()) {
        CHECK_EQUAL(LISTED_SUSPENDED, listed_state(&node, 1));
    }
    check_still();
    long before = written();
    ask_until_done(1, 0);
    CHECK_EQUAL(1, listed_state(&node, 1));
    await_more(before);
    struct reply reply = request_signal(&node, 1, SIGKILL, 0);
    reply_free(&reply);
    await_end(&node, 1);
    node_destroy(&node);
}

/* Asked before its monitor has made the group, or while it makes it. */
static void runIsStoppedFromItsBirth(void) {
    char path[PATH_BYTES];
    struct stat status;
    node_create(&node);
    node_start(&node);
    struct launch launch = launch_defaults(&node, 1, "#!/bin/sh\nuntil [ -e go ]; do sleep 0.02; done\necho up > up\nsleep 60\n");
    struct reply reply = request_launch(&node, &launch);
    CHECK_EQUAL(1, reply.status);
    reply_free(&reply);
    ask_until_done(1, 1);
    int go = open(work_path(&node, "go", path), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    CHECK(go >= 0 && close(go) == 0);
    poll(NULL, 0, 2 * STILL_MS);
    CHECK(stat(work_path(&node, "up", path), &status) != 0);
    ask_until_done(1, 0);
    await_file(work_path(&node, "up", path));
    reply = request_signal(&node, 1, SIGKILL, 0);
    reply_free(&reply);
    await_end(&node, 1);
    node_destroy(&node);
}

/* As a job: the child tells that it is there, and its parent waits for it to execute something. */
static int wait_in_vfork(void) {
    pid_t pid = vfork();
    if (pid == 0) {
        int fd = open("up", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        _exit(fd >= 0 && write(fd, "up", 2) == 2 && pause() == 0 ? 0 : 1);
    }
    return pid < 0;
}

static void processThatWaitsForItsStoppedChildIsStopped(void) {
    char program[PATH_BYTES];
    char script[PATH_BYTES + 16];
    char path[PATH_BYTES];
    if (is_root()) {
        return; /* Its group is stopped, and a user need not reach this program. */
    }
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    CHECK(length > 0);
    program[length] = 0;
    snprintf(script, sizeof script, "#!%s vfork\n", program);
    node_create(&node);
    node_start(&node);
    struct launch launch = launch_defaults(&node, 1, script);
    struct reply reply = request_launch(&node, &launch);
    CHECK_EQUAL(1, reply.status);
    reply_free(&reply);
    await_file(work_path(&node, "up", path));
    ask_until_done(1, 1);
    ask_until_done(1, 0);
    reply = request_signal(&node, 1, SIGKILL, 0);
    reply_free(&reply);
    await_end(&node, 1);
    node_destroy(&node);
}

static void unknownRunIsNotFound(void) {
    node_create(&node);
    node_start(&node);
    struct reply reply = ask(7, 1);
    CHECK_EQUAL(NOT_FOUND, reply.status);
    reply_free(&reply);
    node_destroy(&node);
}

/* The purge ends what neither monitor nor launcher can any more, and fails where a group stays. */
static void purgeEndsAStoppedRunWhoseMonitorDied(void) {
    if (!is_root()) {
        return; /* There are no groups to purge. */
    }
    node_create(&node);
    node_start(&node);
    pid_t monitor = start_counting(1);
    ask_until_done(1, 1);
    node_kill(&node, SIGKILL);
    CHECK(kill(monitor, SIGKILL) == 0);
    close(node.fd);
    node_remove(&node);
}

static const struct test tests[] = {
    TEST(everyProcessStandsStillAndGoesOn), TEST(stoppedRunIsKilled),
    TEST(stoppedRunHearsTermFirst),         TEST(stopOutlivesTheLauncher),
    TEST(runIsStoppedFromItsBirth),         TEST(unknownRunIsNotFound),
    TEST(purgeEndsAStoppedRunWhoseMonitorDied), TEST(processThatWaitsForItsStoppedChildIsStopped),
};

int main(int count, char **arguments) {
    if (count > 1 && strcmp(arguments[1], "vfork") == 0) {
        return wait_in_vfork();
    }
    return run_tests(count, arguments, tests, sizeof tests / sizeof *tests);
}
