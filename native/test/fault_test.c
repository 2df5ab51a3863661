/* What a launch does when one of its calls fails late, or as in an old kernel. That any of them fails: calls_test.c. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fault.h"
#include "harness.h"

enum { LAUNCH_FAILED = 2 };

static struct node node;
static struct fault *fault;

static void map_fault(void) {
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%.400s/fault", node.data);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    CHECK(fd >= 0 && ftruncate(fd, sizeof *fault) == 0);
    fault = mmap(NULL, sizeof *fault, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(fault != MAP_FAILED && close(fd) == 0);
}

/* The child is there and has all the time that it could need to get to the script. */
static void noUserCodeRunsBeforeTheMonitorWatchesIt(void) {
    char path[PATH_BYTES];
    node_create(&node);
    node.program = FAULT_LAUNCHER;
    node_start(&node);
    map_fault();
    snprintf(fault->name, sizeof fault->name, "pidfd_open");
    fault->calls_left = 1;
    fault->pause_ms = 300;
    struct ended ended = run_script(&node, 1, "#!/bin/sh\necho ran > ran\n");
    CHECK(fault->fired);
    CHECK_EQUAL(LAUNCH_FAILED, ended.flags);
    CHECK_EQUAL(4, ended.failed_step);
    CHECK(access(work_path(&node, "ran", path), F_OK) != 0);
    node_destroy(&node);
}

/* Kernels before 5.7: the child moves itself into the tracking group. */
static void aKernelThatCannotForkIntoAGroupStillRunsTheJobInIt(void) {
    if (!is_root()) {
        return;
    }
    node_create(&node);
    node.program = FAULT_LAUNCHER;
    node_start(&node);
    map_fault();
    snprintf(fault->name, sizeof fault->name, "clone3");
    fault->calls_left = 1;
    struct ended ended = run_script(&node, 1, "#!/bin/sh\ngrep -q '^0::.*/1[.]1$' /proc/self/cgroup\n");
    CHECK(fault->fired);
    CHECK_EQUAL(0, ended.flags);
    CHECK_EQUAL(0, ended.exit_code);
    node_destroy(&node);
}

static const struct test tests[] = {TEST(noUserCodeRunsBeforeTheMonitorWatchesIt),
                                    TEST(aKernelThatCannotForkIntoAGroupStillRunsTheJobInIt)};

int main(int count, char **arguments) {
    return run_tests(count, arguments, tests, sizeof tests / sizeof *tests);
}
