/* What a run does from its order to its exit record. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../launcher/processes.h"
#include "harness.h"

enum { OOM_KILLED = 1, LAUNCH_FAILED = 2, KILLED_ON_REQUEST = 4, LEFTOVERS_KILLED = 64 };
enum { SIGNAL_MAIN_ONLY = 0x100, START_HOST = 0x200 };

static struct node node;

static struct ended run_launch(const struct launch *launch) {
    struct reply reply = request_launch(&node, launch);
    CHECK_EQUAL(1, reply.status);
    reply_free(&reply);
    return await_end(&node, launch->job_id);
}

static void exitCodeAndOutputReachTheirPlaces(void) {
    char path[PATH_BYTES];
    char text[256];
    node_create(&node);
    node_start(&node);
    struct ended ended = run_script(&node, 1, "#!/bin/sh\necho hello; echo there >&2; exit 7\n");
    CHECK_EQUAL(7, ended.exit_code);
    CHECK_EQUAL(0, ended.signal);
    CHECK_EQUAL(0, ended.flags);
    CHECK_EQUAL(job_uid(), ended.uid);
    CHECK(strcmp(read_text(work_path(&node, "out", path), text, sizeof text), "hello\nthere\n") == 0);
    struct stat status;
    CHECK(stat(path, &status) == 0 && status.st_uid == job_uid() && (status.st_mode & 0777) == 0644);
    node_destroy(&node);
}

static void aMonitorIsSeenByItsName(void) {
    char path[PATH_BYTES];
    char text[256];
    node_create(&node);
    node_start(&node);
    CHECK_EQUAL(0, run_script(&node, 1, "#!/bin/sh\ncat /proc/$PPID/comm\n").exit_code);
    CHECK(strcmp(read_text(work_path(&node, "out", path), text, sizeof text), "queqiao-monitor\n") == 0);
    node_destroy(&node);
}

static void signalThatEndsTheJobIsReported(void) {
    node_create(&node);
    node_start(&node);
    struct ended ended = run_script(&node, 1, "#!/bin/sh\nkill -SEGV $$\n");
    CHECK_EQUAL(SIGSEGV, ended.signal);
    CHECK_EQUAL(0, ended.exit_code);
    CHECK_EQUAL(0, ended.flags);
    node_destroy(&node);
}

static void usageIsMeasured(void) {
    node_create(&node);
    node_start(&node);
    struct ended ended = run_script(&node, 1, "#!/bin/sh\ni=0; while [ $i -lt 200000 ]; do i=$((i+1)); done\n");
    CHECK(ended.user_us + ended.system_us > 10000);
    CHECK(ended.user_us + ended.system_us < 60 * 1000000ULL);
    CHECK(ended.max_rss_bytes > 100 * 1024);
    node_destroy(&node);
}

/* It is read where it is of use, by the child that is the user already: what is wrong in it starts nothing. */
static void environmentThatIsNoneStartsNothing(void) {
    enum { TOO_MANY = 4097 };
    static char many[TOO_MANY * 3 + 1];
    for (int i = 0; i < TOO_MANY; i++) {
        memcpy(many + 3 * i, "A=", 3);
    }
    const char *const wrong[] = {"PATH=/usr/bin:/bin\0NOSIGN\0", "=noname\0", many};
    char path[PATH_BYTES];
    node_create(&node);
    node_start(&node);
    for (uint64_t job = 1; job <= 3; job++) {
        struct launch launch = launch_defaults(&node, job, "#!/bin/sh\n: > ran\n");
        launch.environment = wrong[job - 1];
        struct ended ended = run_launch(&launch);
        CHECK_EQUAL(LAUNCH_FAILED, ended.flags);
        CHECK_EQUAL(9, ended.failed_step);
        CHECK_EQUAL(job == 3 ? E2BIG : EINVAL, ended.failed_errno);
        CHECK(access(work_path(&node, "ran", path), F_OK) != 0);
    }
    many[sizeof many - 1 - 3] = 0; /* one less */
    struct launch launch = launch_defaults(&node, 4, "#!/bin/sh\n: > ran\n");
    launch.environment = many;
    CHECK_EQUAL(0, run_launch(&launch).flags);
    CHECK(access(work_path(&node, "ran", path), F_OK) == 0);
    node_destroy(&node);
}

static void environmentIsExactlyThatOfTheOrder(void) {
    char path[PATH_BYTES];
    char text[4096];
    node_create(&node);
    setenv("QUEQIAO_CANARY", "from-the-launcher", 1);
    node_start(&node);
    /* cat prints its own environment and then, as its last argument, the script. */
    static const char script[] = "#!/usr/bin/env -S cat /proc/self/environ\n";
    struct launch launch = launch_defaults(&node, 1, script);
    launch.environment = "PATH=/usr/bin:/bin\0A=1=2\0B=\0";
    CHECK_EQUAL(0, run_launch(&launch).exit_code);
    int fd = open(work_path(&node, "out", path), O_RDONLY | O_CLOEXEC);
    ssize_t length = read(fd, text, sizeof text);
    close(fd);
    static const char expected[] = "PATH=/usr/bin:/bin\0A=1=2\0B=";
    CHECK_EQUAL(sizeof expected + strlen(script), length);
    CHECK(memcmp(text, expected, sizeof expected) == 0);
    node_destroy(&node);
}

/* A preloaded library would make a program name its absence on standard error, or run. */
static void preloadOfTheJobDoesNotReachRootPrograms(void) {
    char path[PATH_BYTES];
    char variables[PATH_BYTES * 2];
    char text[64 * 1024];
    node_create(&node);
    node_start(&node);
    struct launch launch = launch_defaults(&node, 1, "#!/bin/sh\necho $PPID > parent; sleep 60\n");
    int used = snprintf(variables, sizeof variables, "LD_PRELOAD=%.400s/evil.so", node.work);
    memcpy(variables + used + 1, "PATH=/usr/bin:/bin\0", 20);
    launch.environment = variables;
    struct reply reply = request_launch(&node, &launch);
    CHECK_EQUAL(1, reply.status);
    pid_t monitor = (pid_t)get32(reply.payload);
    reply_free(&reply);
    await_file(work_path(&node, "parent", path));
    CHECK_EQUAL(monitor, atoi(read_text(path, text, sizeof text)));
    if (is_root()) {
        pid_t programs[] = {monitor, node.launcher};
        for (int i = 0; i < 2; i++) {
            snprintf(path, sizeof path, "/proc/%d/environ", (int)programs[i]);
            int fd = open(path, O_RDONLY | O_CLOEXEC);
            ssize_t length = read(fd, text, sizeof text);
            close(fd);
            CHECK(length >= 0 && memmem(text, (size_t)length, "evil.so", 7) == NULL);
            snprintf(path, sizeof path, "/proc/%d/maps", (int)programs[i]);
            CHECK(strstr(read_text(path, text, sizeof text), "evil.so") == NULL);
        }
    }
    reply = request_signal(&node, 1, SIGKILL, 0);
    CHECK_EQUAL(0, reply.status);
    reply_free(&reply);
    CHECK_EQUAL(KILLED_ON_REQUEST, await_end(&node, 1).flags);
    node_destroy(&node);
}

static void twiceDeliveredOrderStartsOnce(void) {
    char path[PATH_BYTES];
    char text[64];
    node_create(&node);
    node_start(&node);
    struct launch launch = launch_defaults(&node, 1, "#!/bin/sh\necho x >> ran\n");
    size_t length = 0;
    uint8_t *order = launch_sign(&node, &launch, &length);
    struct reply first = request(&node, 1, order, length);
    struct reply second = request(&node, 1, order, length);
    await_end(&node, 1);
    struct reply third = request(&node, 1, order, length);
    CHECK_EQUAL(1, first.status);
    CHECK_EQUAL(2, second.status);
    CHECK_EQUAL(2, third.status);
    CHECK_EQUAL(32, third.length);
    CHECK(memcmp(first.payload, second.payload, 4) == 0 && memcmp(first.payload + 8, second.payload + 8, 24) == 0);
    CHECK(memcmp(first.payload + 8, third.payload + 8, 24) == 0);
    CHECK_EQUAL(2, get32(third.payload + 4));
    CHECK_EQUAL(0, request_forget(&node, 1));
    CHECK_EQUAL(0, request_forget(&node, 1));
    struct reply fourth = request(&node, 1, order, length);
    CHECK_EQUAL(2, fourth.status);
    CHECK_EQUAL(4, get32(fourth.payload + 4));
    CHECK(memcmp(first.payload + 8, fourth.payload + 8, 24) == 0);
    CHECK_EQUAL(0, listed_state(&node, 1));
    CHECK(strcmp(read_text(work_path(&node, "ran", path), text, sizeof text), "x\n") == 0);
    node_destroy(&node);
}

/* Double-forked, own session, ignores TERM: gone after the grace, and the end is when it was gone. */
static void daemonIsGoneAfterTheGrace(void) {
    char path[PATH_BYTES];
    char text[64];
    node_create(&node);
    node_start(&node);
    struct launch launch = launch_defaults(
        &node, 1,
        "#!/bin/sh\n(setsid sh -c \"trap '' TERM; echo \\$\\$ > daemon; while :; do sleep 0.1; done\" &)\n"
        "while [ ! -s daemon ]; do sleep 0.01; done\nexit 3\n");
    launch.grace_ms = 700;
    struct ended ended = run_launch(&launch);
    CHECK_EQUAL(3, ended.exit_code);
    CHECK_EQUAL(LEFTOVERS_KILLED, ended.flags);
    CHECK(ended.end_ms - ended.start_ms >= 700);
    pid_t daemon_pid = atoi(read_text(work_path(&node, "daemon", path), text, sizeof text));
    CHECK(daemon_pid > 1 && kill(daemon_pid, 0) != 0 && errno == ESRCH);
    node_destroy(&node);
}

static void stopTermsThenKills(void) {
    char path[PATH_BYTES];
    node_create(&node);
    node_start(&node);
    struct launch polite = launch_defaults(&node, 1, "#!/bin/sh\ntrap 'exit 5' TERM\necho x > one\nwhile :; do sleep 0.05; done\n");
    struct launch deaf = launch_defaults(&node, 2, "#!/bin/sh\ntrap '' TERM\necho x > two\nwhile :; do sleep 0.05; done\n");
    struct launch stopped = launch_defaults(&node, 3, "#!/bin/sh\necho x > three\nkill -STOP $$\n");
    struct launch *all[] = {&polite, &deaf, &stopped};
    const char *files[] = {"one", "two", "three"};
    for (int i = 0; i < 3; i++) {
        all[i]->stdout_path = "/dev/null";
        struct reply reply = request_launch(&node, all[i]);
        CHECK_EQUAL(1, reply.status);
        reply_free(&reply);
        await_file(work_path(&node, files[i], path));
        reply = request_signal(&node, all[i]->job_id, SIGTERM, 400);
        CHECK_EQUAL(0, reply.status);
        reply_free(&reply);
    }
    struct ended ended = await_end(&node, 1);
    CHECK_EQUAL(5, ended.exit_code);
    CHECK_EQUAL(KILLED_ON_REQUEST, ended.flags);
    ended = await_end(&node, 2);
    CHECK_EQUAL(SIGKILL, ended.signal);
    CHECK(ended.end_ms - ended.start_ms >= 400);
    ended = await_end(&node, 3);
    CHECK_EQUAL(SIGTERM, ended.signal);
    struct reply reply = request_signal(&node, 2, SIGTERM, 0);
    CHECK_EQUAL(5, reply.status);
    reply_free(&reply);
    reply = request_signal(&node, 99, SIGTERM, 0);
    CHECK_EQUAL(4, reply.status);
    reply_free(&reply);
    static const uint32_t refused[] = {SIGSEGV,
                                       NSIG,
                                       0,
                                       SIGNAL_MAIN_ONLY,
                                       SIGNAL_MAIN_ONLY | NSIG,
                                       SIGNAL_CARRIED,
                                       SIGNAL_CARRIED | NSIG,
                                       SIGNAL_CARRIED | SIGNAL_MAIN_ONLY | SIGUSR1,
                                       START_HOST | SIGUSR1,
                                       0x800 | SIGUSR1};
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        reply = request_signal(&node, 2, refused[i], 0);
        CHECK_EQUAL(3, reply.status);
        CHECK_EQUAL(10, reply.reason);
        reply_free(&reply);
    }
    node_destroy(&node);
}

/* TERM too: nobody has asked for the end of the run. */
static void anySignalMayReachTheMainProcessAlone(void) {
    char path[PATH_BYTES];
    static const int numbers[] = {SIGTERM, SIGQUIT, SIGABRT, SIGTSTP, 35, 64};
    node_create(&node);
    node_start(&node);
    struct launch launch = launch_defaults(
        &node, 1,
        "#!/bin/bash\nfor n in 15 3 6 20 35 64; do trap \"echo $n >> got\" $n; done\necho x > ready\n"
        "until [ \"$(sort -u got 2>/dev/null | wc -l)\" = 6 ]; do sleep 0.1; done\nexit 3\n");
    launch.stdout_path = "/dev/null";
    struct reply reply = request_launch(&node, &launch);
    CHECK_EQUAL(1, reply.status);
    reply_free(&reply);
    await_file(work_path(&node, "ready", path));
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        reply = request_signal(&node, 1, (uint32_t)numbers[i] | SIGNAL_MAIN_ONLY, 0);
        CHECK_EQUAL(0, reply.status);
        reply_free(&reply);
    }
    struct ended ended = await_end(&node, 1);
    CHECK_EQUAL(3, ended.exit_code);
    CHECK_EQUAL(0, ended.flags);
    launch = launch_defaults(&node, 2, "#!/bin/sh\nexec sleep 30\n");
    launch.stdout_path = "/dev/null";
    reply = request_launch(&node, &launch);
    CHECK_EQUAL(1, reply.status);
    reply_free(&reply);
    reply = request_signal(&node, 2, SIGKILL | SIGNAL_MAIN_ONLY, 0);
    CHECK_EQUAL(0, reply.status);
    reply_free(&reply);
    ended = await_end(&node, 2);
    CHECK_EQUAL(SIGKILL, ended.signal);
    CHECK_EQUAL(0, ended.flags);
    node_destroy(&node);
}

static void signalMayReachTheMainProcessAlone(void) {
    char path[PATH_BYTES];
    node_create(&node);
    node_start(&node);
    struct launch launch = launch_defaults(
        &node, 1,
        "#!/bin/sh\ntrap 'echo x > got' USR1\nsh -c \"trap 'echo x > leaked' USR1; echo x > ready; sleep 30\" &\n"
        "child=$!\nwait $child\n[ -s got ] || exit 1\nkill -KILL $child\nwait $child\nexit 3\n");
    launch.stdout_path = "/dev/null";
    struct reply reply = request_launch(&node, &launch);
    CHECK_EQUAL(1, reply.status);
    reply_free(&reply);
    await_file(work_path(&node, "ready", path));
    reply = request_signal(&node, 1, SIGUSR1 | SIGNAL_MAIN_ONLY, 0);
    CHECK_EQUAL(0, reply.status);
    reply_free(&reply);
    struct ended ended = await_end(&node, 1);
    CHECK_EQUAL(3, ended.exit_code);
    CHECK(access(work_path(&node, "got", path), F_OK) == 0);
    CHECK(access(work_path(&node, "leaked", path), F_OK) != 0);
    node_destroy(&node);
}

/* Beside the script, once however often it is asked for, in its folder and surroundings; it ends with the run. */
static void hostIsStartedBesideTheScriptAndEndsWithIt(void) {
    char path[PATH_BYTES];
    char environment[PATH_BYTES + 64] = {0};
    node_create(&node);
    node_start(&node);
    int length = snprintf(environment, sizeof environment, "PATH=/usr/bin:/bin");
    snprintf(environment + length + 1, sizeof environment - (size_t)length - 1, "QUEQIAO_PROGRAM=%s",
             work_path(&node, "program", path));
    struct launch launch = launch_defaults(
        &node, 1,
        "#!/bin/sh\nprintf '#!/bin/sh\\necho $1 >> host; echo $$ > pid; exec sleep 60\\n' > program\nchmod 755 program\n"
        "echo x > ready\nuntil [ -s again ]; do sleep 0.1; done\nsleep 0.5\nkill -0 $(cat pid) || exit 1\n"
        "[ $(cat host) = host ] || exit 2\nexit 3\n");
    launch.stdout_path = "/dev/null";
    launch.environment = environment;
    struct reply reply = request_launch(&node, &launch);
    CHECK_EQUAL(1, reply.status);
    reply_free(&reply);
    await_file(work_path(&node, "ready", path));
    reply = request_signal(&node, 1, START_HOST, 0);
    CHECK_EQUAL(0, reply.status);
    reply_free(&reply);
    await_file(work_path(&node, "pid", path));
    reply = request_signal(&node, 1, START_HOST, 0);
    CHECK_EQUAL(0, reply.status);
    reply_free(&reply);
    FILE *again = fopen(work_path(&node, "again", path), "w");
    CHECK(again != NULL && fputs("x", again) >= 0 && fclose(again) == 0);
    struct ended ended = await_end(&node, 1);
    CHECK_EQUAL(3, ended.exit_code);
    reply = request_signal(&node, 1, START_HOST, 0);
    CHECK_EQUAL(5, reply.status);
    reply_free(&reply);
    node_destroy(&node);
}

/* Who starts a step is known by what it calls itself; it gets a warning once, and the script none. */
static void warningIsForThoseWhoStartSteps(void) {
    char path[PATH_BYTES];
    node_create(&node);
    node_start(&node);
    struct launch launch = launch_defaults(
        &node, 1,
        "#!/bin/bash\ncp /bin/bash " STEP_STARTER "\n"
        "./" STEP_STARTER " -c \"trap 'echo x >> got' USR2; echo x > ready; until [ -s got ]; do sleep 0.1; done;"
        " sleep 0.5\" &\nwait $!\necho $SLURM_TASK_PID $$ > pids\n[ $(wc -l < got) = 1 ]\n");
    launch.stdout_path = "/dev/null";
    launch.environment = "PATH=/usr/bin:/bin\0SLURM_TASK_PID=0\0";
    struct reply reply = request_launch(&node, &launch);
    CHECK_EQUAL(1, reply.status);
    reply_free(&reply);
    await_file(work_path(&node, "ready", path));
    reply = request_signal(&node, 1, SIGUSR2, 0);
    CHECK_EQUAL(0, reply.status);
    reply_free(&reply);
    struct ended ended = await_end(&node, 1);
    CHECK_EQUAL(0, ended.exit_code);
    CHECK_EQUAL(0, ended.signal);
    FILE *pids = fopen(work_path(&node, "pids", path), "re");
    int told = 0;
    int own = -1;
    CHECK(pids != NULL && fscanf(pids, "%d %d", &told, &own) == 2 && told == own);
    fclose(pids);
    node_destroy(&node);
}

/* One that began before signals were carried has neither blocked the carrier nor a handler for it, and would die of it. */
static void whoStartsAStepWithoutKnowingTheCarrierLivesOn(void) {
    char path[PATH_BYTES];
    node_create(&node);
    node_start(&node);
    struct launch launch = launch_defaults(
        &node, 1,
        "#!/bin/bash\ncp /bin/bash " STEP_STARTER "\n"
        "./" STEP_STARTER " -c \"trap 'echo x >> got' USR2; echo x > ready; until [ -s got ]; do sleep 0.1; done; "
        "exit 0\"\n");
    launch.stdout_path = "/dev/null";
    struct reply reply = request_launch(&node, &launch);
    CHECK_EQUAL(1, reply.status);
    reply_free(&reply);
    await_file(work_path(&node, "ready", path));
    reply = request_signal(&node, 1, SIGNAL_CARRIED | SIGQUIT, 0);
    CHECK_EQUAL(0, reply.status);
    reply_free(&reply);
    reply = request_signal(&node, 1, SIGUSR2, 0);
    CHECK_EQUAL(0, reply.status);
    reply_free(&reply);
    struct ended ended = await_end(&node, 1);
    CHECK_EQUAL(0, ended.exit_code);
    CHECK_EQUAL(0, ended.signal);
    node_destroy(&node);
}

static void expect_failure(uint64_t job, const char *work_dir, const char *out, uint32_t cause) {
    char path[PATH_BYTES];
    struct launch launch = launch_defaults(&node, job, "#!/bin/sh\necho ran >> ran\n");
    launch.work_dir = work_dir;
    launch.stdout_path = out;
    struct ended ended = run_launch(&launch);
    CHECK_EQUAL(LAUNCH_FAILED, ended.flags);
    CHECK_EQUAL(8, ended.failed_step);
    CHECK_EQUAL(cause, ended.failed_errno);
    CHECK(strlen(ended.text) > 10);
    CHECK(access(work_path(&node, "ran", path), F_OK) != 0);
}

static void unusableWorkDirectoriesAndOutputsFailBeforeUserCode(void) {
    char path[PATH_BYTES];
    node_create(&node);
    node_start(&node);
    CHECK(symlink("target", work_path(&node, "link", path)) == 0);
    CHECK(mkfifo(work_path(&node, "pipe", path), 0666) == 0 && chmod(path, 0666) == 0);
    int reader = open(path, O_RDWR | O_CLOEXEC);
    CHECK(reader >= 0);
    expect_failure(1, "/nonexistent/folder", "out", ENOENT);
    expect_failure(2, node.work, "link", ELOOP);
    expect_failure(3, node.work, "pipe", EINVAL);
    close(reader);
    expect_failure(4, node.work, "pipe", ENXIO);
    expect_failure(5, node.work, "/dev/tty", ENXIO);
    expect_failure(6, node.work, "missing/out", ENOENT);
    expect_failure(7, node.work, ".", EISDIR);
    expect_failure(8, node.work, "/etc/cron.d/queqiao", access("/etc/cron.d", F_OK) == 0 ? EACCES : ENOENT);
    expect_failure(9, node.work, "/dev/zero", EINVAL);
    expect_failure(10, "/root", "out", EACCES);
    node_destroy(&node);
}

static void missingInterpreterIsAFailedLaunch(void) {
    node_create(&node);
    node_start(&node);
    struct ended ended = run_script(&node, 1, "#!/no/such/interpreter\n");
    CHECK_EQUAL(LAUNCH_FAILED, ended.flags);
    CHECK_EQUAL(9, ended.failed_step);
    CHECK_EQUAL(ENOENT, ended.failed_errno);
    node_destroy(&node);
}

static void streamsMayBeSeparate(void) {
    char path[PATH_BYTES];
    char text[64];
    node_create(&node);
    node_start(&node);
    struct launch launch = launch_defaults(&node, 1, "#!/bin/sh\necho a; echo b >&2; cat\n");
    launch.stderr_path = "err";
    CHECK_EQUAL(0, run_launch(&launch).exit_code);
    CHECK(strcmp(read_text(work_path(&node, "out", path), text, sizeof text), "a\n") == 0);
    CHECK(strcmp(read_text(work_path(&node, "err", path), text, sizeof text), "b\n") == 0);
    node_destroy(&node);
}

static struct reply read_file(uint64_t job, uid_t uid, const char *path, uint64_t offset, uint32_t max_bytes) {
    size_t length = 0;
    uint8_t *order = read_sign(&node, job, uid, path, offset, max_bytes, &length);
    struct reply reply = request(&node, 2, order, length);
    free(order);
    return reply;
}

static void expect_unreadable(const char *path, uint32_t cause) {
    struct reply reply = read_file(1, job_uid(), path, 0, 100);
    CHECK_EQUAL(6, reply.status);
    CHECK_EQUAL(cause, reply.reason);
    reply_free(&reply);
}

static void filesAreReadAsTheUser(void) {
    char path[PATH_BYTES];
    node_create(&node);
    node_start(&node);
    run_script(&node, 1, "#!/bin/sh\nprintf 0123456789\nln -s /etc/passwd link\nmkfifo pipe\n");
    struct reply reply = read_file(1, job_uid(), work_path(&node, "out", path), 3, 4);
    CHECK_EQUAL(0, reply.status);
    CHECK_EQUAL(12, reply.length);
    CHECK_EQUAL(10, get64(reply.payload));
    CHECK(memcmp(reply.payload + 8, "3456", 4) == 0);
    reply_free(&reply);
    reply = read_file(1, job_uid(), path, 1000000, 4);
    CHECK_EQUAL(0, reply.status);
    CHECK_EQUAL(8, reply.length);
    reply_free(&reply);
    expect_unreadable(work_path(&node, "link", path), ELOOP);
    expect_unreadable(work_path(&node, "pipe", path), EINVAL);
    expect_unreadable("/dev/zero", EINVAL);
    expect_unreadable(work_path(&node, "none", path), ENOENT);
    expect_unreadable("/etc/shadow", EACCES);
    expect_unreadable(node.work, EINVAL);
    node_destroy(&node);
}

static void wholeMebibyteIsRead(void) {
    char path[PATH_BYTES];
    node_create(&node);
    node_start(&node);
    run_script(&node, 1, "#!/bin/sh\nhead -c 3000000 /dev/zero\n");
    struct reply reply = read_file(1, job_uid(), work_path(&node, "out", path), 5, 1048576);
    CHECK_EQUAL(0, reply.status);
    CHECK_EQUAL(8 + 1048576, reply.length);
    CHECK_EQUAL(3000000, get64(reply.payload));
    reply_free(&reply);
    node_destroy(&node);
}

static void monitorStaysBelowOneMebibyte(void) {
    char path[PATH_BYTES];
    static char text[16 * 1024];
    node_create(&node);
    node_start(&node);
    struct launch launch = launch_defaults(&node, 1, "#!/bin/sh\necho x > up\nsleep 60\n");
    struct reply reply = request_launch(&node, &launch);
    CHECK_EQUAL(1, reply.status);
    await_file(work_path(&node, "up", path));
    snprintf(path, sizeof path, "/proc/%u/status", get32(reply.payload));
    reply_free(&reply);
    const char *line = strstr(read_text(path, text, sizeof text), "VmRSS:");
    CHECK(line != NULL);
    long rss_kib = strtol(line + 6, NULL, 10);
    fprintf(stderr, "monitor: %ld KiB resident\n", rss_kib);
    CHECK(rss_kib > 0 && (rss_kib <= 1024 || is_sanitized()));
    reply = request_signal(&node, 1, SIGKILL, 0);
    reply_free(&reply);
    await_end(&node, 1);
    node_destroy(&node);
}

static void monitorSleepsWhileItsJobRuns(void) {
    char path[PATH_BYTES];
    char text[1024];
    node_create(&node);
    node_start(&node);
    struct launch launch = launch_defaults(&node, 1, "#!/bin/sh\nsleep 1\necho $PPID > up\nsleep 60\n");
    struct reply reply = request_launch(&node, &launch);
    CHECK_EQUAL(1, reply.status);
    await_file(work_path(&node, "up", path));
    snprintf(path, sizeof path, "/proc/%u/stat", get32(reply.payload));
    reply_free(&reply);
    const char *fields = strrchr(read_text(path, text, sizeof text), ')');
    unsigned long user = 0;
    unsigned long system = 0;
    CHECK(fields != NULL && sscanf(fields, ") %*c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %lu %lu", &user, &system) == 2);
    CHECK(user + system <= 10);
    reply = request_signal(&node, 1, SIGKILL, 0);
    reply_free(&reply);
    await_end(&node, 1);
    node_destroy(&node);
}

static const struct test tests[] = {
    TEST(exitCodeAndOutputReachTheirPlaces),
    TEST(aMonitorIsSeenByItsName),
    TEST(signalThatEndsTheJobIsReported),
    TEST(usageIsMeasured),
    TEST(environmentIsExactlyThatOfTheOrder),
    TEST(environmentThatIsNoneStartsNothing),
    TEST(preloadOfTheJobDoesNotReachRootPrograms),
    TEST(twiceDeliveredOrderStartsOnce),
    TEST(daemonIsGoneAfterTheGrace),
    TEST(stopTermsThenKills),
    TEST(signalMayReachTheMainProcessAlone),
    TEST(hostIsStartedBesideTheScriptAndEndsWithIt),
    TEST(anySignalMayReachTheMainProcessAlone),
    TEST(warningIsForThoseWhoStartSteps),
    TEST(whoStartsAStepWithoutKnowingTheCarrierLivesOn),
    TEST(unusableWorkDirectoriesAndOutputsFailBeforeUserCode),
    TEST(missingInterpreterIsAFailedLaunch),
    TEST(streamsMayBeSeparate),
    TEST(filesAreReadAsTheUser),
    TEST(wholeMebibyteIsRead),
    TEST(monitorStaysBelowOneMebibyte),
    TEST(monitorSleepsWhileItsJobRuns),
};

int main(int count, char **arguments) {
    return run_tests(count, arguments, tests, sizeof tests / sizeof *tests);
}
