/*
 * What the kernel says of the groups of a run, in control groups of the kind that is named: unified, hybrid or
 * version-1. It needs a machine with controllers of that kind, which the virtual machine of the tests is.
 */
#define _GNU_SOURCE
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

enum { OOM_KILLED = 1, LAUNCH_FAILED = 2, KILLED_ON_REQUEST = 4, STEP_OF_GROUPS = 3, CAPABILITIES = 6 };
enum { MEMORY = 48 << 20, PROCESSES = 7 };

static const char *kind;
static struct node node;
static char group[PATH_BYTES];
static char devices[PATH_BYTES];

static bool is_unified(void) {
    return strcmp(kind, "unified") == 0;
}

/* The folder of the run's group that has a file; a controller's own where it is of version 1. */
static char *file_of(const char *controller, const char *file, char *path) {
    snprintf(path, PATH_BYTES, "/sys/fs/cgroup/%s%.300s/%s", is_unified() ? "" : controller, group, file);
    return path;
}

static void expect_text(const char *controller, const char *file, const char *expected) {
    char path[PATH_BYTES];
    char text[4096];
    read_text(file_of(controller, file, path), text, sizeof text);
    fprintf(stderr, "%s: %s", path, text[0] == 0 ? "(nothing)\n" : text);
    if (strcmp(text, expected) != 0) {
        fprintf(stderr, "expected: %s", expected);
        abort_test();
    }
}

/* A launcher with all controllers, and with a device that no run is given. */
static void start_node(void) {
    char path[PATH_BYTES];
    node_create(&node);
    snprintf(path, sizeof path, "%.400s/devices", node.root);
    FILE *file = fopen(path, "we");
    CHECK(file != NULL && fputs("gpu 0 /dev/zero\n", file) >= 0 && fclose(file) == 0 && chmod(path, 0600) == 0);
    snprintf(devices, sizeof devices, "--devices=%.450s", path);
    node.extra = "--limits=cpuset,memory,pids,cpu,devices";
    node.more = devices;
    node_start(&node);
}

static void start(struct launch launch) {
    char path[PATH_BYTES];
    char text[4096];
    struct reply reply = request_launch(&node, &launch);
    CHECK_EQUAL(1, reply.status);
    reply_free(&reply);
    await_file(work_path(&node, "up", path));
    read_text(path, text, sizeof text);
    const char *at = strstr(text, "/queqiao-");
    CHECK(at != NULL);
    snprintf(group, sizeof group, "%.*s", (int)strcspn(at, "\n"), at);
}

static void end(uint64_t job) {
    struct reply reply = request_signal(&node, job, SIGKILL, 0);
    CHECK_EQUAL(0, reply.status);
    reply_free(&reply);
    struct ended ended = await_end(&node, job);
    CHECK_EQUAL(KILLED_ON_REQUEST, ended.flags);
    CHECK_EQUAL(SIGKILL, ended.signal);
}

/* The parts that the launcher reports are those of this kind, and none is missing. */
static void everyControllerIsThereAndOfItsKind(void) {
    /* Devices are decided by a program of version 2 wherever it is. */
    const char *const of_controllers = is_unified() ? "version 2, /sys/fs/cgroup" : "version 1, /sys/fs/cgroup/";
    const char *const of_devices =
        strcmp(kind, "version-1") == 0 ? "version 1, /sys/fs/cgroup/devices" : "version 2, a program for each run";
    const char *const of_tracking = is_unified()                    ? "unified, /sys/fs/cgroup"
                                    : strcmp(kind, "hybrid") == 0 ? "hybrid, /sys/fs/cgroup/unified"
                                                                    : "version 1, /sys/fs/cgroup/freezer";
    static const uint16_t ids[] = {2, 3, 4, 5, 8, 9};
    start_node();
    struct reply reply = request(&node, CAPABILITIES, NULL, 0);
    CHECK_EQUAL(0, reply.status);
    size_t seen = 0;
    const uint8_t *at = reply.payload + 24;
    for (uint32_t left = get32(reply.payload + 20); left > 0; left--) {
        char said[512];
        uint16_t id = (uint16_t)(get32(at) >> 16);
        size_t length = get32(at + 4) >> 16;
        snprintf(said, sizeof said, "%.*s", (int)length, (const char *)at + 6);
        for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
            if (ids[i] == id) {
                const char *expected = id == 2 ? of_tracking : id == 9 ? of_devices : of_controllers;
                fprintf(stderr, "%u: %s\n", id, said);
                CHECK_EQUAL(1, get32(at) & 0xFFFF);
                CHECK(strncmp(said, expected, strlen(expected)) == 0);
                seen++;
            }
        }
        at += 6 + length;
    }
    CHECK_EQUAL(sizeof ids / sizeof *ids, seen);
    reply_free(&reply);
    node_destroy(&node);
}

static void theKernelHasTheLimitsOfTheOrder(void) {
    static const uint16_t second[] = {1};
    char path[PATH_BYTES];
    start_node();
    struct launch launch = launch_defaults(&node, 1, "#!/bin/sh\nhead -c1 /dev/zero >denied\nhead -c1 /dev/urandom >other\n"
                  "grep -h queqiao- /proc/self/cgroup >up\nsleep 60\n");
    launch.mem_bytes = MEMORY;
    launch.pids_max = PROCESSES;
    launch.core_count = 1;
    launch.cores = second;
    start(launch);
    struct stat status;
    CHECK(stat(work_path(&node, "denied", path), &status) == 0 && status.st_size == 0);
    CHECK(stat(work_path(&node, "other", path), &status) == 0 && status.st_size == 1);
    expect_text("pids", "pids.max", "7\n");
    if (is_unified()) {
        expect_text("", "memory.max", "50331648\n");
        expect_text("", "cpuset.cpus", "1\n");
        expect_text("", "cpuset.cpus.effective", "1\n");
        expect_text("", "cpu.max", "100000 100000\n");
        expect_text("", "cgroup.events", "populated 1\nfrozen 0\n");
        expect_text("", "cgroup.subtree_control", "");
        *strrchr(group, '/') = 0;
        expect_text("", "cgroup.subtree_control", "cpuset cpu memory pids\n");
    } else {
        expect_text("memory", "memory.limit_in_bytes", "50331648\n");
        expect_text("cpuset", "cpuset.cpus", "1\n");
        expect_text("cpu", "cpu.cfs_quota_us", "100000\n");
    }
    end(1);
    node_destroy(&node);
}

/* It could be plugged in, so a kernel takes it for the group, and lets the run have all processors instead. */
static void aCoreThatIsSwitchedOffIsNotRunOn(void) {
    static const uint16_t pluggable[] = {2};
    static const uint16_t one_of_them[] = {0, 2};
    char text[64];
    CHECK(strcmp(read_text("/sys/devices/system/cpu/possible", text, sizeof text), "0-2\n") == 0);
    CHECK(strcmp(read_text("/sys/devices/system/cpu/online", text, sizeof text), "0-1\n") == 0);
    node_create(&node);
    node_start(&node);
    struct launch launch = launch_defaults(&node, 1, "#!/bin/sh\ngrep Cpus_allowed_list /proc/self/status >ran\n");
    for (launch.core_count = 1; launch.core_count <= 2; launch.core_count++, launch.job_id++) {
        launch.cores = launch.core_count == 1 ? pluggable : one_of_them;
        struct reply reply = request_launch(&node, &launch);
        CHECK_EQUAL(1, reply.status);
        reply_free(&reply);
        struct ended ended = await_end(&node, launch.job_id);
        CHECK_EQUAL(LAUNCH_FAILED, ended.flags);
        CHECK_EQUAL(STEP_OF_GROUPS, ended.failed_step);
    }
    char path[PATH_BYTES];
    CHECK(access(work_path(&node, "ran", path), F_OK) != 0);
    node_destroy(&node);
}

/* A child of the script takes too much: the script goes on. */
static void memoryBeyondTheLimitEndsTheProcessAndTheRunIsMarked(void) {
    node_create(&node);
    node_start(&node);
    struct launch launch = launch_defaults(
        &node, 1, "#!/bin/sh\nawk 'BEGIN { s = sprintf(\"%100000000s\", \"\"); print length(s) }'\necho $? >status\nexit 5\n");
    launch.mem_bytes = MEMORY;
    struct reply reply = request_launch(&node, &launch);
    CHECK_EQUAL(1, reply.status);
    reply_free(&reply);
    struct ended ended = await_end(&node, 1);
    fprintf(stderr, "most memory: %llu bytes of %d\n", (unsigned long long)ended.max_rss_bytes, MEMORY);
    CHECK_EQUAL(OOM_KILLED, ended.flags);
    CHECK_EQUAL(5, ended.exit_code);
    CHECK(ended.max_rss_bytes <= MEMORY && ended.max_rss_bytes > MEMORY / 2);
    char path[PATH_BYTES];
    char text[16];
    CHECK(strcmp(read_text(work_path(&node, "status", path), text, sizeof text), "137\n") == 0);
    node_destroy(&node);
}

static void noProcessBeyondTheNumberIsStarted(void) {
    node_create(&node);
    node_start(&node);
    struct launch launch = launch_defaults(
        &node, 1, "#!/bin/bash\ngrep -h queqiao- /proc/self/cgroup >up\nfor i in {1..20}; do sleep 60 & done 2>/dev/null\n"
                  "sleep 60\n");
    launch.pids_max = PROCESSES;
    start(launch);
    char path[PATH_BYTES];
    char text[4096] = "";
    uint64_t until = now_ms() + 20000;
    while (atoi(text) < PROCESSES) {
        CHECK(now_ms() < until);
        read_text(file_of("pids", "pids.current", path), text, sizeof text);
        CHECK(atoi(text) <= PROCESSES);
        poll(NULL, 0, 10);
    }
    end(1);
    node_destroy(&node);
}

/* Also those that ignore signals, left their session and lost their parent: nothing of the run is left when it has ended. */
static void whatIsKilledIsGoneWithItsGroup(void) {
    node_create(&node);
    node_start(&node);
    start(launch_defaults(&node, 1,
                          "#!/bin/bash\ntrap '' TERM HUP INT\n(setsid bash -c 'while :; do (sleep 0.01); done' &)\n"
                          "for i in {1..5}; do (trap '' TERM; sleep 300) & done\n"
                          "grep -h queqiao- /proc/self/cgroup >up\nwait\n"));
    char path[PATH_BYTES];
    struct stat status;
    snprintf(path, sizeof path, "/sys/fs/cgroup/%s%.300s",
             is_unified() ? "" : strcmp(kind, "hybrid") == 0 ? "unified" : "freezer", group);
    CHECK(stat(path, &status) == 0);
    end(1);
    for (int i = 0; i < 1000 && stat(path, &status) == 0; i++) {
        poll(NULL, 0, 10);
    }
    CHECK(stat(path, &status) != 0);
    node_destroy(&node);
}

static const struct test tests[] = {
    TEST(everyControllerIsThereAndOfItsKind),
    TEST(theKernelHasTheLimitsOfTheOrder),
    TEST(aCoreThatIsSwitchedOffIsNotRunOn),
    TEST(memoryBeyondTheLimitEndsTheProcessAndTheRunIsMarked),
    TEST(noProcessBeyondTheNumberIsStarted),
    TEST(whatIsKilledIsGoneWithItsGroup),
};

int main(int count, char **arguments) {
    CHECK(count > 1);
    kind = arguments[1];
    return run_tests(count - 1, arguments + 1, tests, sizeof tests / sizeof *tests);
}
