/*
 * Every call of steps 3 to 9 fails, one by one: no user code runs, and the exit record says so. A
 * call that fails in step 10, after the job, must leave the record of a job that ran.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fault.h"
#include "harness.h"

enum { LAUNCH_FAILED = 2, MONITOR_LOST = 8, MOST_CALLS = 200 };

static struct node node;
static struct fault *fault;

struct kind {
    const char *name;
    bool also_after; /* is called in step 10 too */
    bool root_only;
    int fewest; /* calls that must have been failed, so that the test cannot pass by failing nothing */
};

static const struct kind kinds[] = {
    {"prctl", false, false, 3},      {"sigprocmask", false, false, 2}, {"signalfd", false, false, 1},
    {"mkdir", false, true, 1},       {"open", true, false, 2},         {"openat", true, false, 1},
    {"write", true, false, 1},       {"fchown", true, true, 1},        {"close", true, false, 3},
    {"pipe2", false, false, 1},      {"dup3", false, false, 1},        {"fork", false, false, 1},
    {"syscall", false, false, 62},    {"close_range", false, false, 1}, {"getppid", false, false, 1},
    {"setsid", false, false, 1},     {"getrlimit", false, false, 2},
    {"setrlimit", false, false, 2},  {"setgroups", false, true, 1},    {"setresgid", false, true, 1},
    {"setresuid", false, true, 1},   {"setreuid", false, true, 1},     {"getresuid", false, true, 1},
    {"getresgid", false, true, 1},   {"getgroups", false, true, 1},    {"chdir", false, false, 1},
    {"fstat", false, false, 1},      {"ftruncate", false, false, 1},   {"fcntl", false, false, 1},
    {"dup2", false, false, 3},       {"execve", false, false, 1},
};

static void map_fault(void) {
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%.400s/fault", node.data);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    CHECK(fd >= 0 && ftruncate(fd, sizeof *fault) == 0);
    fault = mmap(NULL, sizeof *fault, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(fault != MAP_FAILED && close(fd) == 0);
}

/* Whether the call existed and was failed. */
static bool fail_call(const struct kind *kind, int call, uint64_t job) {
    char path[PATH_BYTES];
    work_path(&node, "ran", path);
    unlink(path);
    snprintf(fault->name, sizeof fault->name, "%s", kind->name);
    fault->fired = 0;
    fault->calls_left = call;
    struct launch launch = launch_defaults(&node, job, "#!/bin/sh\necho ran > ran\n");
    launch.flags = 1;
    static const uint16_t core = 0;
    launch.core_count = 1;
    launch.cores = &core;
    launch.mem_bytes = 1 << 30;
    launch.pids_max = 100;
    struct reply reply = request_launch(&node, &launch);
    CHECK_EQUAL(1, reply.status);
    reply_free(&reply);
    struct ended ended = await_end(&node, job);
    bool ran = access(path, F_OK) == 0;
    /* A monitor that cannot even read its spec gives up, and the launcher finds that out. */
    bool lost = (ended.flags & MONITOR_LOST) != 0;
    bool failed = lost || (ended.flags & LAUNCH_FAILED) != 0;
    if (failed == ran || (fault->fired && !kind->also_after && !failed) || (!fault->fired && !ran) ||
        (failed && !lost && (ended.failed_step < 3 || ended.failed_step > 9))) {
        fprintf(stderr, "%s, call %d: fired %d, ran %d, flags %u, step %u: %s\n", kind->name, call, fault->fired, ran,
                ended.flags, ended.failed_step, ended.text);
        abort_test();
    }
    return fault->fired != 0;
}

static void noUserCodeRunsWhenACallFails(void) {
    uint64_t job = 1;
    int total = 0;
    node_create(&node);
    node.program = FAULT_LAUNCHER;
    node_start(&node);
    map_fault();
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        int call = 1;
        if (kinds[i].root_only && !is_root()) {
            continue;
        }
        while (fail_call(&kinds[i], call, job++)) {
            call++;
            CHECK(call < MOST_CALLS);
        }
        /* With control groups the child is made by the system call clone3. */
        bool needless = strcmp(kinds[i].name, "fork") == 0 && is_root();
        CHECK(needless || call - 1 >= kinds[i].fewest);
        total += call - 1;
    }
    fprintf(stderr, "%d calls failed\n", total);
    node_destroy(&node);
}

/* The child is there and has all the time that it could need to get to the script. */
static void noUserCodeRunsBeforeTheMonitorWatchesIt(void) {
    static const struct kind watch = {"pidfd_open", false, false, 1};
    node_create(&node);
    node.program = FAULT_LAUNCHER;
    node_start(&node);
    map_fault();
    fault->pause_ms = 300;
    CHECK(fail_call(&watch, 1, 1));
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

static const struct test tests[] = {TEST(noUserCodeRunsWhenACallFails),
                                    TEST(noUserCodeRunsBeforeTheMonitorWatchesIt),
                                    TEST(aKernelThatCannotForkIntoAGroupStillRunsTheJobInIt)};

int main(int count, char **arguments) {
    return run_tests(count, arguments, tests, sizeof tests / sizeof *tests);
}
