/*
 * A launcher that finds what another left is killed before each of its own system calls, from its first to those behind
 * the first round of its loop; the next one must find all as if that one had never been.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "tracer.h"

enum { EXISTS = 2, RUNNING = 1, ENDED = 2, MONITOR_LOST = 8, REBOOTED = 16, END_UNPROVEN = 32, PATIENCE_MS = 10000, MOST_LOOKS = 40 };

/* What a launcher may find: these stay as they are, */
enum { ALIVE = 1, OVER, FORGOTTEN, KEPT = FORGOTTEN };
/* these are of an earlier boot, have a tombstone that has had its time, or an intent that is not whole, */
enum { OF_OLD_BOOT = 11, EXPIRED, TORN, MADE = TORN };
/* and of these two the monitor is dead; the second has no intent either. */
enum { FIRST_LOST = 101 };

static struct node node;
static struct plan *plan;
static const char *own_path;
static pid_t alive_pid;
static struct stat over;

static char *record_path(char path[PATH_BYTES], uint64_t job) {
    snprintf(path, PATH_BYTES, "%.400s/spool/%llu.1.exit", node.data, (unsigned long long)job);
    return path;
}

static bool has_run_file(uint64_t job, const char *kind) {
    char path[PATH_BYTES];
    return access(run_path(&node, path, job, kind), F_OK) == 0;
}

static void make_file(uint64_t job, const char *kind) {
    char path[PATH_BYTES];
    int fd = open(run_path(&node, path, job, kind), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    CHECK(fd >= 0 && close(fd) == 0);
}

static void remove_run_files(uint64_t job) {
    static const char *const kinds[] = {"control", "script", "ended"};
    char path[PATH_BYTES];
    for (int i = 0; i < 3; i++) {
        unlink(run_path(&node, path, job, kinds[i]));
    }
}

static void end_monitor(pid_t monitor) {
    CHECK(kill(monitor, SIGKILL) == 0);
    for (int waited = 0; is_alive(monitor); waited++) {
        CHECK(waited < PATIENCE_MS);
        usleep(1000);
    }
}

/* What the round before has left goes; the rest of the file's slots is used again. */
static void make_what_is_found(uint64_t lost) {
    char path[PATH_BYTES];
    uint8_t slots[64][SLOT];
    int fd = open(intents_path(&node, path), O_RDWR | O_CLOEXEC);
    CHECK(fd >= 0 && read(fd, slots, sizeof slots) == (ssize_t)sizeof slots);
    for (int i = 0; i < 64; i++) {
        uint64_t job = get64(slots[i] + 8);
        if (job > KEPT && job != lost) {
            memset(slots[i], 0, SLOT);
            remove_run_files(job);
            unlink(record_path(path, job));
        }
    }
    uint64_t made = OF_OLD_BOOT;
    for (int i = 0; i < 64 && made <= MADE; i++) {
        if (get64(slots[i] + 8) == 0) {
            put_intent(slots[i], made, now_ms() - (made == EXPIRED ? 7200000U : 0U));
            slots[i][60] ^= made == TORN;
            make_file(made, "control");
            made++;
        }
    }
    make_file(EXPIRED, "ended");
    CHECK(made > MADE && pwrite(fd, slots, sizeof slots, 0) == (ssize_t)sizeof slots && close(fd) == 0);
}

/* The state of a run in the list, or -1: nobody answers any more. */
static int ask_state(uint64_t job) {
    uint8_t frame[28] = {0x51, 0x51, 0x52, 0x51, 0, 1, 0, 4, 0, 0, 0, 16};
    struct reply reply;
    put64(frame + 12, job - 1);
    put32(frame + 20, UINT32_MAX);
    put32(frame + 24, 1);
    if (send(node.fd, frame, sizeof frame, MSG_NOSIGNAL) != (ssize_t)sizeof frame || !receive_reply(node.fd, &reply)) {
        return -1;
    }
    int state = get32(reply.payload) == 1 && get64(reply.payload + 8) == job ? (int)get32(reply.payload + 20) : 0;
    reply_free(&reply);
    return state;
}

/* Until the last that it has to find out is told: the end of the run whose monitor is dead. */
static bool launcher_recovers(uint64_t lost) {
    if (!node_begins(&node)) {
        return false;
    }
    int state = node_reaches(&node) ? RUNNING : -1;
    for (int waited = 0; state >= 0 && state != ENDED; waited++) {
        CHECK(waited < PATIENCE_MS);
        usleep(1000);
        state = ask_state(lost);
    }
    /* What it does then may be what it is killed at. */
    usleep(5000);
    plan->action = ACT_NONE;
    usleep(5000);
    CHECK(state == ENDED || plan->fired != 0);
    if (plan->fired != 0) {
        CHECK(waitpid(node.launcher, NULL, 0) == node.launcher);
    }
    return plan->fired == 0;
}

static void expect_again(uint64_t job) {
    struct launch launch = launch_defaults(&node, job, "#!/bin/sh\necho again >> again\n");
    struct reply reply = request_launch(&node, &launch);
    CHECK_EQUAL(EXISTS, reply.status);
    reply_free(&reply);
}

static void expect_end(uint64_t job, uint32_t flags) {
    struct ended ended = await_end(&node, job);
    CHECK_EQUAL(flags, ended.flags);
    CHECK_EQUAL(0, ended.exit_code);
    for (int waited = 0; listed_state(&node, job) != ENDED; waited++) {
        CHECK(waited < PATIENCE_MS);
        usleep(1000);
    }
    expect_again(job);
}

static void expect_as_ever(uint64_t lost, pid_t lost_pid, pid_t stray_pid) {
    char path[PATH_BYTES];
    struct stat now;
    CHECK_EQUAL(RUNNING, listed_state(&node, ALIVE));
    CHECK(is_alive(alive_pid));
    CHECK_EQUAL(ENDED, listed_state(&node, OVER));
    CHECK(stat(record_path(path, OVER), &now) == 0 && now.st_ino == over.st_ino && now.st_mtim.tv_nsec == over.st_mtim.tv_nsec);
    CHECK_EQUAL(0, listed_state(&node, FORGOTTEN));
    CHECK(has_run_file(FORGOTTEN, "ended"));
    for (uint64_t job = ALIVE; job <= KEPT; job++) {
        expect_again(job);
    }
    expect_end(OF_OLD_BOOT, REBOOTED);
    expect_end(lost, is_root() ? MONITOR_LOST : MONITOR_LOST | END_UNPROVEN);
    CHECK(!is_root() || !is_alive(lost_pid));
    for (uint64_t job = EXPIRED; job <= TORN; job++) {
        CHECK_EQUAL(0, listed_state(&node, job));
        CHECK(!has_run_file(job, "control") && !has_run_file(job, "ended"));
        CHECK(access(record_path(path, job), F_OK) != 0);
    }
    for (int waited = 0; is_root() && is_alive(stray_pid); waited++) {
        CHECK(waited < PATIENCE_MS);
        usleep(1000);
    }
    CHECK(!has_run_file(lost + 1, "control") && access(record_path(path, lost + 1), F_OK) != 0);
    CHECK(access(work_path(&node, "again", path), F_OK) != 0);
}

/* One recovery that is killed at a call. False: it has no such call. */
static bool recover_under_plan(uint64_t lost, int number, int call) {
    char path[PATH_BYTES];
    uint8_t slots[64][SLOT];
    pid_t monitors[2] = {start_waiting(&node, lost), start_waiting(&node, lost + 1)};
    pid_t pids[2] = {main_pid(&node, lost), main_pid(&node, lost + 1)};
    node_kill(&node, SIGUSR1);
    end_monitor(monitors[0]);
    end_monitor(monitors[1]);
    make_what_is_found(lost);
    remove_run_files(lost + 1);
    plan_arm(plan, ACT_KILL, OF_LAUNCHER, number, call);
    if (!launcher_recovers(lost)) {
        plan->action = ACT_NONE;
        CHECK(plan->fired != 0);
        node_start(&node);
    }
    expect_as_ever(lost, pids[0], pids[1]);
    /* What is free in memory is so in the file. */
    int fd = open(intents_path(&node, path), O_RDONLY | O_CLOEXEC);
    CHECK(fd >= 0 && read(fd, slots, sizeof slots) == (ssize_t)sizeof slots && close(fd) == 0);
    int taken = 0;
    for (int i = 0; i < 64; i++) {
        taken += get32(slots[i]) != 0;
    }
    CHECK_EQUAL(KEPT + 2, taken);
    return plan->fired != 0;
}

static void aLauncherKilledAnywhereInItsRecoveryLeavesItToTheNext(void) {
    char path[PATH_BYTES];
    int killed = 0;
    uint64_t lost = FIRST_LOST;
    node_create(&node);
    node.program = own_path;
    plan = plan_map(&node);
    node_start(&node);
    start_waiting(&node, ALIVE);
    alive_pid = main_pid(&node, ALIVE);
    run_script(&node, OVER, "#!/bin/sh\ntrue\n");
    CHECK(stat(record_path(path, OVER), &over) == 0);
    run_script(&node, FORGOTTEN, "#!/bin/sh\ntrue\n");
    CHECK_EQUAL(0, request_forget(&node, FORGOTTEN));
    CHECK(!recover_under_plan(lost, 0, 0)); /* in the first all calls are seen */
    for (int number = 0; number < MOST_NUMBERS; number++) {
        int call = 1;
        /* Without control groups it looks at each process of the machine: more of the same. */
        for (; plan->seen[OF_LAUNCHER][number] != 0 && (is_root() || call <= MOST_LOOKS); call++) {
            lost += 2;
            if (!recover_under_plan(lost, number, call)) {
                break;
            }
            killed++;
        }
        if (call > 1) {
            fprintf(stderr, "system call %d: killed before %d\n", number, call - 1);
        }
    }
    fprintf(stderr, "killed before %d calls\n", killed);
    CHECK(killed > 100);
    let_go(&node);
    CHECK_EQUAL(4, await_end(&node, ALIVE).exit_code);
    node_destroy(&node);
}

static const struct test tests[] = {
    TEST(aLauncherKilledAnywhereInItsRecoveryLeavesItToTheNext),
};

int main(int count, char **arguments) {
    if (strcmp(arguments[0], "queqiao-launcher") == 0) {
        return trace_launcher(tested_program(), arguments);
    }
    own_path = arguments[0];
    return run_tests(count, arguments, tests, sizeof tests / sizeof *tests);
}
