/* What control groups keep a run from, in each of their versions. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

enum { OOM_KILLED = 1, LAUNCH_FAILED = 2 };

static struct node node;
static char devices_option[PATH_BYTES];

/* Devices that do no harm stand for accelerators. */
static void list_devices(const char *lines, mode_t mode) {
    char path[PATH_BYTES];
    node_create(&node);
    snprintf(path, sizeof path, "%.400s/devices", node.root);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    CHECK(fd >= 0 && write(fd, lines, strlen(lines)) == (ssize_t)strlen(lines) && fchmod(fd, mode) == 0 && close(fd) == 0);
    snprintf(devices_option, sizeof devices_option, "--devices=%.450s", path);
    node.extra = devices_option;
}

static uint32_t run_with(uint64_t job, const char *devices, const char *script) {
    struct launch launch = launch_defaults(&node, job, script);
    launch.devices = devices;
    struct reply reply = request_launch(&node, &launch);
    CHECK_EQUAL(1, reply.status);
    reply_free(&reply);
    struct ended ended = await_end(&node, job);
    CHECK_EQUAL(0, ended.flags);
    return ended.exit_code;
}

static void aDeviceThatARunWasNotGivenCannotBeOpened(void) {
    if (!is_root()) {
        return;
    }
    static const char script[] = "#!/bin/sh\nn=0; head -c1 /dev/zero >/dev/null && n=$((n+1))\n"
                                 "head -c1 /dev/urandom >/dev/null && n=$((n+2)); : </dev/null && n=$((n+4)); exit $n\n";
    list_devices("# name index file\ngpu 0 /dev/zero\n  gpu 1   /dev/urandom # the second\n\n", 0600);
    node_start(&node);
    CHECK_EQUAL(4, run_with(1, NULL, script));
    CHECK_EQUAL(4, run_with(2, "\0", script));
    CHECK_EQUAL(5, run_with(3, "gpu:0\0", script));
    CHECK_EQUAL(6, run_with(4, "gpu:1\0", script));
    CHECK_EQUAL(7, run_with(5, "fpga:0\0gpu:1\0gpu:0\0", script));
    CHECK_EQUAL(4, run_with(6, "gpu:10\0gpu\0", script));
    node_destroy(&node);
}

static void aChildCannotOpenItEither(void) {
    if (!is_root()) {
        return;
    }
    list_devices("gpu 0 /dev/zero\n", 0600);
    node_start(&node);
    CHECK_EQUAL(9, run_with(1, NULL, "#!/bin/sh\n(setsid sh -c 'head -c1 /dev/zero') || exit 9\n"));
    node_destroy(&node);
}

static void aListThatCannotBeTrustedOrReadStopsTheLauncher(void) {
    static const struct {
        const char *lines;
        mode_t mode;
        const char *said;
    } lists[] = {{"gpu 0 /dev/zero\n", 0666, "others than the launcher's user"},
                 {"gpu 0 /dev/zero\ngpu one /dev/zero\n", 0600, "line 2: is not NAME INDEX PATH"},
                 {"gpu 0 /dev/zero x\n", 0600, "line 1: is not NAME INDEX PATH"},
                 {"gpu 0 /no/such/device\n", 0600, "line 1: No such file"},
                 {"gpu 0 /etc/passwd\n", 0600, "names no device"}};
    if (!is_root()) {
        return;
    }
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        char errors[1024];
        list_devices(lists[i].lines, lists[i].mode);
        CHECK_EQUAL(1, node_try_start(&node, errors, sizeof errors));
        if (strstr(errors, lists[i].said) == NULL) {
            fprintf(stderr, "said: %s\n", errors);
            abort_test();
        }
        node_remove(&node);
    }
}

/* Nobody has said that jobs rely on it: the node starts, and says why it denies nothing. */
static void aListThatWasOnlyFoundStopsNoLauncher(void) {
    if (!is_root()) {
        return;
    }
    list_devices("gpu 0 /dev/zero\ngpu 1 /no/such/device\n", 0600);
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s", devices_option + strlen("--devices="));
    snprintf(devices_option, sizeof devices_option, "--found-devices=%.450s", path);
    node_start(&node);
    struct reply reply = request(&node, 6, NULL, 0);
    CHECK_EQUAL(0, reply.status);
    const uint8_t *at = reply.payload + 24;
    bool seen = false;
    for (uint32_t left = get32(reply.payload + 20); left > 0; left--) {
        size_t text = (size_t)at[4] << 8 | at[5];
        if (at[1] == 9) {
            CHECK_EQUAL(0, at[3]);
            CHECK(memmem(at + 6, text, "line 2: No such file", 20) != NULL);
            seen = true;
        }
        at += 6 + text;
    }
    CHECK(seen);
    reply_free(&reply);
    CHECK_EQUAL(0, run_with(1, "gpu:0\0", "#!/bin/sh\nexec head -c1 /dev/zero >/dev/null\n"));
    node_destroy(&node);
}

static void memoryBeyondTheLimitIsSeenAsOutOfMemory(void) {
    if (!is_root() || !has_controllers()) {
        return;
    }
    node_create(&node);
    node_start(&node);
    struct launch launch = launch_defaults(
        &node, 1, "#!/bin/sh\nawk 'BEGIN { s = sprintf(\"%200000000s\", \"\"); print length(s) }'\nexit 0\n");
    launch.mem_bytes = 64 << 20;
    struct reply reply = request_launch(&node, &launch);
    CHECK_EQUAL(1, reply.status);
    reply_free(&reply);
    struct ended ended = await_end(&node, 1);
    CHECK_EQUAL(OOM_KILLED, ended.flags);
    CHECK(ended.max_rss_bytes <= 64 << 20);
    node_destroy(&node);
}

/* On two cores two loops would use twice the time that passes. */
static void cpuTimeIsLimitedWhereAskedFor(void) {
    static const uint16_t core[] = {0};
    char list[256];
    read_text("/sys/fs/cgroup/cgroup.controllers", list, sizeof list);
    bool is_unified = strstr(list, "cpu ") != NULL;
    if (!is_root() || !has_controllers() || (!is_unified && access("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", F_OK) != 0)) {
        return;
    }
    node_create(&node);
    node.extra = "--limits=cpu";
    node_start(&node);
    struct launch launch = launch_defaults(
        &node, 1, "#!/bin/sh\ntimeout 1 sh -c 'while :; do :; done' & timeout 1 sh -c 'while :; do :; done'; wait; exit 0\n");
    launch.core_count = 1;
    launch.cores = core;
    struct reply reply = request_launch(&node, &launch);
    CHECK_EQUAL(1, reply.status);
    reply_free(&reply);
    struct ended ended = await_end(&node, 1);
    CHECK_EQUAL(0, ended.flags);
    uint64_t passed_us = (ended.end_ms - ended.start_ms) * 1000;
    fprintf(stderr, "CPU %llu us in %llu us\n", (unsigned long long)(ended.user_us + ended.system_us),
            (unsigned long long)passed_us);
    CHECK(ended.user_us + ended.system_us <= passed_us + passed_us / 5);
    node_destroy(&node);
}

static const struct test tests[] = {TEST(aDeviceThatARunWasNotGivenCannotBeOpened),
                                    TEST(aChildCannotOpenItEither),
                                    TEST(aListThatCannotBeTrustedOrReadStopsTheLauncher),
                                    TEST(aListThatWasOnlyFoundStopsNoLauncher),
                                    TEST(memoryBeyondTheLimitIsSeenAsOutOfMemory),
                                    TEST(cpuTimeIsLimitedWhereAskedFor)};

int main(int count, char **arguments) {
    return run_tests(count, arguments, tests, sizeof tests / sizeof *tests);
}
