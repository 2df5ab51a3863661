/*
 * The whole way of a launch, from the order's first byte to the user's program, seen at the kernel: each system call
 * fails, one by one, and no user code runs; or the launcher, or the monitor, is killed before each of them, and the
 * run begins once at most and has one true end.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "tracer.h"

enum { STARTED = 1, EXISTS = 2, REFUSED = 3, BUSY = 8, ENDED = 2 };

enum { LAUNCH_FAILED = 2, MONITOR_LOST = 8, END_UNPROVEN = 32, LEFTOVERS_KILLED = 64 };

enum { EXIT_CODE = 4, DEATH_MS = 300, PATIENCE_MS = 10000 };

static const char *const roles[TRACED] = {"launcher", "helper", "monitor", "child"};
static const char letters[] = "LHMC";

/*
 * In `stops` who must be seen to make the call on the way to user code, and to give up where it fails; in `as_root`
 * who does so where jobs run as their users. In `may` whose launch goes on although it failed: user code must then
 * find what it always finds. A call that is not here must always stop the launch, unless the name service makes it.
 */
struct call {
    int number;
    const char *name, *stops, *as_root, *may;
};

#define CALL(name, stops, as_root, may) {SYS_##name, #name, stops, as_root, may}

static const struct call calls[] = {
    CALL(accept4, "", "", "L"), /* it is asked again */
    CALL(getsockopt, "L", "", ""),
    CALL(setsockopt, "L", "", ""),
    CALL(recvfrom, "L", "", ""),
    CALL(pwrite64, "L", "", ""),
    CALL(fdatasync, "L", "", ""),
    CALL(mknodat, "L", "", ""),
    CALL(memfd_create, "L", "", ""),
    CALL(writev, "L", "", ""),
    CALL(openat, "LMC", "", "MC"), /* the traffic of a run is counted, and the link below /tmp seen, where that can be done */
    CALL(pipe2, "M", "L", ""),
    CALL(clone, "", "L", ""),
    CALL(read, "C", "", "LM"), /* its helper has answered already; the monitor reads when its child has begun */
    CALL(write, "M", "HC", ""),
    CALL(close, "MC", "", "LMC"), /* of what is needed no more */
    CALL(pidfd_send_signal, "", "", "L"), /* to a helper that has answered */
    CALL(prlimit64, "C", "", "LM"),     /* libc asks how many descriptors there may be */
    CALL(rt_sigprocmask, "MC", "H", "LM"), /* libc's own, around a fork */
    CALL(rt_sigaction, "MC", "", "M"),  /* libc's own, before the monitor is executed */
    CALL(newfstatat, "MC", "", "C"), /* as openat of the child */
    CALL(mmap, "LM", "", ""),
    CALL(prctl, "MC", "H", "H"), /* a name service asks what it may do */
    CALL(signalfd4, "M", "", ""),
    CALL(mkdirat, "", "M", ""),
    CALL(fchownat, "", "M", ""),
    CALL(fchown, "", "M", ""),
    CALL(dup3, "M", "", ""),
    CALL(clone3, "", "", ""), /* where processes are born in a group of version 2, as is bpf where such a group denies devices */
    CALL(pidfd_open, "M", "L", ""),
    CALL(setsid, "MC", "", ""),
    CALL(execve, "MC", "", ""),
    CALL(perf_event_open, "", "", "M"), /* a run is worth more than its counters */
    CALL(bpf, "", "", "M"),
    CALL(getppid, "C", "", ""),
    CALL(close_range, "C", "H", ""),
    CALL(unshare, "", "C", ""),
    CALL(mount, "", "C", ""),
    CALL(setgroups, "", "HC", "C"), /* first to look with the eyes of the user, as the two that follow */
    CALL(setfsuid, "", "", "C"),
    CALL(setfsgid, "", "", "C"),
    CALL(setresgid, "", "HC", ""),
    CALL(setresuid, "", "HC", ""),
    CALL(setreuid, "", "HC", ""),
    CALL(getresuid, "", "HC", ""),
    CALL(getresgid, "", "HC", ""),
    CALL(getgroups, "", "HC", ""),
    CALL(capget, "", "HC", ""),
    CALL(chdir, "C", "", ""),
    CALL(ftruncate, "C", "", ""),
    CALL(fcntl, "C", "", "C"), /* as openat of the child */
    CALL(brk, "", "", "M"), /* these libc makes as a program begins */
    CALL(set_tid_address, "", "", "M"),
    CALL(set_robust_list, "", "", "MC"),
    CALL(rseq, "", "", "M"),
    CALL(getrandom, "", "", "M"),
    CALL(epoll_ctl, "L", "", ""),
    CALL(getegid, "", "", "C"), /* kernels do not fail it, nor the next */
    CALL(geteuid, "", "", "C"), /* these stop launches where they are made before them */
    CALL(getuid, "", "", ""),
    CALL(munmap, "", "", ""),
    CALL(mprotect, "", "", ""),
    CALL(wait4, "", "", ""),
    CALL(pread64, "", "", ""),
    CALL(fsync, "", "", ""),
    CALL(fchmod, "", "", ""),
    CALL(getrusage, "", "", ""),
    CALL(unlinkat, "", "", ""),
    CALL(renameat2, "", "", ""),
    CALL(faccessat2, "", "", ""),
    CALL(getdents64, "", "", ""),
#ifdef SYS_dup2 /* newer processors have neither of these */
    CALL(poll, "", "", "LM"),
    CALL(readlink, "", "", "M"),
    CALL(mkdir, "", "M", ""),
    CALL(rmdir, "", "", ""),
    CALL(epoll_wait, "L", "", ""),
    CALL(arch_prctl, "M", "", ""),
    CALL(dup2, "MC", "H", ""),
#else
    CALL(ppoll, "", "", "LM"),
    CALL(readlinkat, "", "", "M"),
#endif
};

enum { CALLS = sizeof calls / sizeof *calls };

static const struct call *call_of(int number) {
    for (size_t i = 0; i < CALLS; i++) {
        if (calls[i].number == number) {
            return &calls[i];
        }
    }
    return NULL;
}

static struct node node;
static struct plan *plan;
static uint64_t next_job;
static const char *own_path;
static char usual[4096];
static struct tally { int stopped, went_on, late; } tallies[TRACED][MOST_NUMBERS];

/* Says what user code finds. */
static const char script[] =
    "#!/bin/sh\n"
    "echo begin $$ >> ran.$N\n"
    "of() { sed -n \"s/^[0-9]*:$1:\\(.*\\)/\\1/p\" /proc/self/cgroup; }\n"
    "{ grep -E '^(Uid|Gid|Groups|Cap|NoNewPrivs|Sig(Blk|Ign|Cgt)|Cpus_allowed_list)' /proc/self/status\n"
    "sed 's/[0-9]*[.]1$/RUN/' /proc/self/cgroup\n"
    "grep -c ' /tmp ' /proc/self/mountinfo\n"
    "cd /sys/fs/cgroup\n"
    "cat memory$(of memory)/memory.limit_in_bytes pids$(of pids)/pids.max .$(of '')/memory.max .$(of '')/pids.max\n"
    "(: > /dev/full) && echo open; cd $OLDPWD\n"
    "umask; ulimit -n; ulimit -c; pwd; } > state.$N 2>/dev/null\n"
    "[ $PAUSE = 0 ] || sleep 0.0$PAUSE\n"
    "echo end >> ran.$N\n"
    "exit 4\n";

static char *job_file(const char *kind, uint64_t job, char *path) {
    char name[64];
    snprintf(name, sizeof name, "%s.%" PRIu64, kind, job);
    return work_path(&node, name, path);
}

static int times_begun(uint64_t job, bool *reached_its_end, pid_t *pid) {
    char path[PATH_BYTES];
    char text[256];
    int count = 0;
    read_text(job_file("ran", job, path), text, sizeof text);
    *reached_its_end = strstr(text, "end") != NULL;
    for (const char *at = strstr(text, "begin"); at != NULL; at = strstr(at + 1, "begin")) {
        *pid = atoi(at + 6);
        count++;
    }
    return count;
}

static uint8_t *sign(uint64_t job, int pause, size_t *length) {
    static const uint16_t core = 0;
    char variables[64] = {0};
    snprintf(variables, sizeof variables, "N=%" PRIu64 "%cPAUSE=%d%cPATH=/usr/bin:/bin", job, 0, pause, 0);
    struct launch launch = launch_defaults(&node, job, script);
    launch.environment = variables;
    launch.flags = 1;
    launch.core_count = 1;
    launch.cores = &core;
    launch.mem_bytes = 1 << 30;
    launch.pids_max = 100;
    launch.devices = "";
    launch.stderr_path = "errors";
    return launch_sign(&node, &launch, length);
}

/* In one write: an end that the launcher closes in the middle is no surprise here. */
static void send_order(const uint8_t *order, size_t length) {
    uint8_t *frame = malloc(12 + length);
    CHECK(frame != NULL);
    put32(frame, 0x51515251);
    put16(frame + 4, 1);
    put16(frame + 6, 1);
    put32(frame + 8, (uint32_t)length);
    memcpy(frame + 12, order, length);
    (void)!send(node.fd, frame, 12 + length, MSG_NOSIGNAL);
    free(frame);
}

/* A launcher that has died is started again, as the service manager does; one that lives is connected to again. */
static void reach_launcher(void) {
    for (int waited = 0; waited < DEATH_MS; waited += 10) {
        int status = 0;
        if (waitpid(node.launcher, &status, WNOHANG) == node.launcher) {
            node_start(&node);
            return;
        }
        usleep(10000);
    }
    node_connect(&node);
}

/* The launcher may be gone as soon as the older connection has ended. */
static void connect_anew(void) {
    int older = node.fd;
    node.fd = -1;
    node_connect(&node);
    close(older);
}

/* By the signal at which the tracer kills it. */
static void restart(void) {
    node_kill(&node, SIGUSR1);
    node_start(&node);
}

/* Nothing of an earlier run is counted. */
static void await_quiet(void) {
    for (int waited = 0; plan->others > 0; waited++) {
        CHECK(waited < PATIENCE_MS);
        usleep(1000);
    }
}

struct attempt {
    enum tracer_action action;
    enum traced who;
    int number, call;
    uint64_t job;
    uint32_t status; /* 0: no answer */
    bool fired, late;
    int began; /* programs of the user, before the order was sent again */
    bool reached_its_end, has_end;
    struct ended ended;
};

static _Noreturn void fail_attempt(const struct attempt *attempt, const char *why) {
    const struct call *call = call_of(attempt->number);
    fprintf(stderr, "%s, %s %d, call %d: %s; answer %u, late %d, began %d, end %d: flags %u, step %u, %s\n",
            roles[attempt->who], call == NULL ? "?" : call->name, attempt->number, attempt->call, why, attempt->status,
            attempt->late, attempt->began, attempt->has_end, attempt->ended.flags, attempt->ended.failed_step,
            attempt->ended.text);
    abort_test();
}

/* Whoever follows the group's file sees that nothing is left in it, and nobody of it lives, as the record appears. */
static void expect_nothing_left(const struct attempt *attempt, pid_t pid) {
    char path[PATH_BYTES];
    char text[512];
    char group[128];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    const char *fields = pid == 0 ? NULL : strrchr(read_text(path, text, sizeof text), ')');
    if (fields != NULL && fields[2] != 'Z' && fields[2] != 'X') {
        fail_attempt(attempt, "the record is there and the script lives");
    }
    const char *line = strstr(usual, "\n0::/queqiao-");
    if (line != NULL && sscanf(line, "\n0::/%127[^/]", group) == 1) {
        snprintf(path, sizeof path, "/sys/fs/cgroup/%s%s/%" PRIu64 ".1/cgroup.procs",
                 access("/sys/fs/cgroup/unified", F_OK) == 0 ? "unified/" : "", group, attempt->job);
        if (read_text(path, text, sizeof text)[0] != 0) {
            fail_attempt(attempt, "the record is there and its group is not empty");
        }
    }
}

/* The order again, to a launcher that may have died behind its answer: the run has begun once at most, and ended once. */
static void send_again(struct attempt *attempt, const uint8_t *order, size_t length) {
    struct reply reply;
    bool whole = false;
    pid_t pid = 0;
    send_order(order, length);
    if (!receive_reply(node.fd, &reply)) {
        reach_launcher();
        send_order(order, length);
        CHECK(receive_reply(node.fd, &reply));
    }
    if (reply.status != (attempt->has_end ? EXISTS : STARTED)) {
        fprintf(stderr, "answered %u %s\n", reply.status, reply.text);
        fail_attempt(attempt, "the order that came again was not answered so");
    }
    reply_free(&reply);
    struct ended last = await_end(&node, attempt->job);
    int began = times_begun(attempt->job, &whole, &pid);
    if (began > 1 || (!attempt->has_end && (began != 1 || last.flags != 0)) ||
        (attempt->has_end && (last.flags != attempt->ended.flags || last.end_ms != attempt->ended.end_ms))) {
        fail_attempt(attempt, "it ran again, not at all, or ended twice");
    }
    /* Where the record could not be looked for it is found with the next look. */
    for (int waited = 0; listed_state(&node, attempt->job) != ENDED; waited += 10) {
        CHECK(waited < PATIENCE_MS);
        usleep(10000);
    }
}

/* What an end says is so: of a script that went its way, or of one that did not. */
static void expect_true_end(const struct attempt *attempt) {
    const struct ended *ended = &attempt->ended;
    bool lost = (ended->flags & MONITOR_LOST) != 0;
    bool failed = (ended->flags & LAUNCH_FAILED) != 0;
    /* Where the monitor cannot wait any more it kills what it started, and the record has that signal. */
    bool killed = ended->signal == SIGKILL && attempt->late;
    bool whole = (ended->flags & ~(uint32_t)LEFTOVERS_KILLED) == 0 && !killed;
    if (!attempt->has_end && attempt->began > 0) {
        fail_attempt(attempt, "user code ran in no run");
    }
    if (attempt->has_end && failed && (attempt->began > 0 || ended->failed_step < 3 || ended->failed_step > 9)) {
        fail_attempt(attempt, "a launch that failed, says the record");
    }
    if (attempt->has_end && !failed && !lost && !killed && attempt->began != 1) {
        fail_attempt(attempt, "nothing failed, says the record, and the script was not executed");
    }
    if (attempt->has_end && (whole ? ended->exit_code != EXIT_CODE || !attempt->reached_its_end : ended->exit_code != 0)) {
        fail_attempt(attempt, "an exit code that is not the script's");
    }
}

/* One launch in which one call fails, or who makes it is killed. */
static struct attempt launch_under_plan(enum tracer_action action, enum traced who, int number, int call) {
    struct attempt out = {.action = action, .who = who, .number = number, .call = call, .job = next_job++};
    struct reply reply;
    pid_t pid = 0;
    size_t length = 0;
    uint8_t *order = sign(out.job, action == ACT_KILL ? 3 : 0, &length);
    await_quiet();
    CHECK_EQUAL(0, listed_state(&node, out.job)); /* so the connection is accepted */
    plan_arm(plan, action, who, number, call);
    if (who == OF_LAUNCHER) {
        connect_anew(); /* step 1 begins with the peer */
    }
    send_order(order, length);
    if (receive_reply(node.fd, &reply)) {
        out.status = reply.status;
        reply_free(&reply);
    } else {
        reach_launcher();
    }
    out.has_end = out.status == STARTED || listed_state(&node, out.job) != 0;
    if (out.has_end) {
        out.ended = await_end(&node, out.job);
    }
    out.began = times_begun(out.job, &out.reached_its_end, &pid);
    expect_nothing_left(&out, pid);
    if (action == ACT_KILL) {
        await_quiet(); /* what is still to come of the record's writer */
    }
    plan->action = ACT_NONE;
    out.fired = plan->fired != 0;
    out.late = plan->late != 0;
    /* Executed and not yet there to say so; or, when the launcher died and the tracer with it, seen by nobody. */
    out.began = plan->began > out.began ? plan->began : out.began;
    if (out.began > 1) {
        fail_attempt(&out, "more programs were executed than the script");
    }
    if (!out.has_end && (out.status == REFUSED || out.status == BUSY)) {
        restart(); /* what the name service did not answer counts for some seconds */
    }
    send_again(&out, order, length);
    expect_true_end(&out);
    free(order);
    return out;
}

static void start(void) {
    char path[PATH_BYTES];
    static char devices[PATH_BYTES + 16];
    setenv("TMPDIR", "/var/tmp", 1);
    node_create(&node);
    node.program = own_path;
    if (is_root()) {
        snprintf(path, sizeof path, "%.400s/devices", node.root);
        FILE *file = fopen(path, "we");
        CHECK(file != NULL && fputs("gpu 0 /dev/full\n", file) >= 0 && fclose(file) == 0 && chmod(path, 0600) == 0);
        snprintf(devices, sizeof devices, "--devices=%s", path);
        node.extra = "--private-tmp";
        node.more = devices;
    }
    plan = plan_map(&node);
    node_start(&node);
    next_job = 1;
    usual[0] = 0;
    memset(tallies, 0, sizeof tallies);
    /* Twice: in the first all calls are seen. */
    struct attempt first = launch_under_plan(ACT_FAIL, OF_LAUNCHER, 0, 0);
    CHECK(first.ended.flags == 0 && first.reached_its_end);
    read_text(job_file("state", first.job, path), usual, sizeof usual);
    fprintf(stderr, "%s", usual);
}

/* What user code found is what it finds in a launch in which nothing failed; or there was none. */
static void judge_failed_call(const struct attempt *attempt) {
    char path[PATH_BYTES];
    char state[4096];
    const struct call *call = call_of(attempt->number);
    struct tally *tally = &tallies[attempt->who][attempt->number];
    bool may = call != NULL && strchr(call->may, letters[attempt->who]) != NULL;
    bool of_name_service = attempt->who == OF_HELPER && (call == NULL || strchr(call->as_root, 'H') == NULL);
    read_text(job_file("state", attempt->job, path), state, sizeof state);
    if (attempt->has_end && attempt->reached_its_end && strcmp(state, usual) != 0) {
        fprintf(stderr, "now:\n%s", state);
        fail_attempt(attempt, "user code ran as in no other launch");
    }
    if (!attempt->late && attempt->began > 0 && !may && !of_name_service) {
        fail_attempt(attempt, "user code ran");
    }
    tally->late += attempt->late;
    tally->stopped += !attempt->late && attempt->began == 0;
    tally->went_on += !attempt->late && attempt->began > 0;
}

/* Each of these calls of each launch, until there is none left that has not been failed, or killed at. */
static int try_all(enum tracer_action action, enum traced who, void (*judge)(const struct attempt *attempt)) {
    int total = 0;
    for (int number = 0; number < MOST_NUMBERS; number++) {
        for (int call = 1; plan->seen[who][number] != 0; call++) {
            if (who == OF_LAUNCHER || who == OF_HELPER) {
                restart(); /* an earlier launcher knows the user, or has a mask of signals that could not be put back */
            }
            struct attempt attempt = launch_under_plan(action, who, number, call);
            if (!attempt.fired) {
                break;
            }
            judge(&attempt);
            total++;
        }
    }
    fprintf(stderr, "%s: %d calls\n", roles[who], total);
    return total;
}

/* All that were seen are listed; of those that the ten steps are made of each must have stopped a launch. */
static void expect_all_steps(enum traced who) {
    bool whole = true;
    for (int number = 0; number < MOST_NUMBERS; number++) {
        const struct tally *tally = &tallies[who][number];
        const struct call *call = call_of(number);
        bool wanted = call != NULL && (strchr(call->stops, letters[who]) != NULL ||
                                       (is_root() && strchr(call->as_root, letters[who]) != NULL));
        if (tally->stopped + tally->went_on + tally->late > 0) {
            fprintf(stderr, "%s %s (%d): stopped %d launches, %d went on, %d behind the launch\n", roles[who],
                    call == NULL ? "call" : call->name, number, tally->stopped, tally->went_on, tally->late);
        }
        if (wanted && tally->stopped == 0) {
            fprintf(stderr, "%s: no launch was stopped by %s\n", roles[who], call->name);
            whole = false;
        }
    }
    CHECK(whole);
}

static void fail_all(enum traced who) {
    start();
    CHECK(try_all(ACT_FAIL, who, judge_failed_call) > 0);
    expect_all_steps(who);
    node_destroy(&node);
}

static void noUserCodeRunsWhenACallOfTheLauncherFails(void) {
    fail_all(OF_LAUNCHER);
}

static void noUserCodeRunsWhenACallOfItsHelperFails(void) {
    if (is_root()) {
        fail_all(OF_HELPER);
    }
}

static void noUserCodeRunsWhenACallOfTheMonitorFails(void) {
    fail_all(OF_MONITOR);
}

static void noUserCodeRunsWhenACallOfTheChildFails(void) {
    fail_all(OF_CHILD);
}

/* A monitor that is gone before it has told the end says nothing any more, and who finds it so claims no exit code. */
static void judge_killed_monitor(const struct attempt *attempt) {
    bool lost = (attempt->ended.flags & MONITOR_LOST) != 0;
    if (!attempt->has_end || (!lost && attempt->ended.flags != 0)) {
        fail_attempt(attempt, "the run has no end, or another one");
    }
    if ((attempt->ended.flags & END_UNPROVEN) != 0) {
        fail_attempt(attempt, "its launcher lives and has seen the end");
    }
}

static void aRunWhoseMonitorIsKilledAnywhereHasOneTrueEnd(void) {
    start();
    CHECK(try_all(ACT_KILL, OF_MONITOR, judge_killed_monitor) > 100);
    node_destroy(&node);
}

/* What has begun goes on; an intent behind which nothing was started is a run that nobody will ever begin. */
static void judge_killed_launcher(const struct attempt *attempt) {
    bool never_begun = attempt->began == 0 && !attempt->late && (attempt->ended.flags & MONITOR_LOST) != 0;
    if (attempt->has_end && attempt->ended.flags != 0 && !never_begun) {
        fail_attempt(attempt, "the run was harmed by the launcher's death");
    }
}

static void aRunWhoseLauncherIsKilledAnywhereBeginsOnceAndEndsAsItsScript(void) {
    start();
    CHECK(try_all(ACT_KILL, OF_LAUNCHER, judge_killed_launcher) > 30);
    node_destroy(&node);
}

static const struct test tests[] = {
    TEST(noUserCodeRunsWhenACallOfTheLauncherFails),
    TEST(noUserCodeRunsWhenACallOfItsHelperFails),
    TEST(noUserCodeRunsWhenACallOfTheMonitorFails),
    TEST(noUserCodeRunsWhenACallOfTheChildFails),
    TEST(aRunWhoseMonitorIsKilledAnywhereHasOneTrueEnd),
    TEST(aRunWhoseLauncherIsKilledAnywhereBeginsOnceAndEndsAsItsScript),
};

int main(int count, char **arguments) {
    if (strcmp(arguments[0], "queqiao-launcher") == 0) {
        return trace_launcher(tested_program(), arguments);
    }
    own_path = arguments[0];
    return run_tests(count, arguments, tests, sizeof tests / sizeof *tests);
}
