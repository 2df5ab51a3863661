/* What holds when launcher or monitor is killed, or the node boots again. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

enum { EXISTS = 2, MONITOR_LOST = 8, REBOOTED = 16, END_UNPROVEN = 32, RUNNING = 1, ENDED = 2, FORGOTTEN = 4 };

static struct node node;

static void jobsOutliveTheLauncher(void) {
    static const int endings[] = {SIGKILL, SIGTERM};
    for (int i = 0; i < 2; i++) {
        node_create(&node);
        node_start(&node);
        pid_t monitors[3] = {start_waiting(&node, 1), start_waiting(&node, 2), start_waiting(&node, 3)};
        node_kill(&node, endings[i]);
        for (int k = 0; k < 3; k++) {
            CHECK(kill(monitors[k], 0) == 0);
        }
        node_start(&node);
        for (uint64_t job = 1; job <= 3; job++) {
            CHECK_EQUAL(RUNNING, listed_state(&node, job));
        }
        struct reply reply = request_signal(&node, 2, SIGKILL, 0);
        CHECK_EQUAL(0, reply.status);
        reply_free(&reply);
        CHECK_EQUAL(SIGKILL, await_end(&node, 2).signal);
        let_go(&node);
        CHECK_EQUAL(4, await_end(&node, 1).exit_code);
        CHECK_EQUAL(4, await_end(&node, 3).exit_code);
        CHECK_EQUAL(ENDED, listed_state(&node, 1));
        node_destroy(&node);
    }
}

static void expect_loss(uint64_t job, uint32_t flags) {
    struct ended ended = await_end(&node, job);
    CHECK_EQUAL(flags, ended.flags);
    CHECK_EQUAL(0, ended.exit_code);
    CHECK(!is_alive(main_pid(&node, job)));
    CHECK_EQUAL(ENDED, listed_state(&node, job));
}

/* A launcher with its monitor beside it, each put in the place of the one that was there as packages do it. */
static void install(const char *folder) {
    char command[2048];
    snprintf(command, sizeof command,
             "set -e; for p in launcher monitor; do cp \"${0%%/*}/queqiao-$p\" '%.400s/new'; "
             "mv '%.400s/new' '%.400s/queqiao-'$p; done",
             folder, folder, folder);
    pid_t pid = fork();
    int status = 0;
    CHECK(pid >= 0);
    if (pid == 0) {
        execlp("sh", "sh", "-c", command, tested_program(), (char *)NULL);
        _exit(99);
    }
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
}

/* Of the program that a process executes. */
static ino_t program_of(pid_t pid) {
    char path[64];
    struct stat status;
    snprintf(path, sizeof path, "/proc/%d/exe", (int)pid);
    CHECK(stat(path, &status) == 0);
    return status.st_ino;
}

/* New files while runs go on, some runs before the old launcher ends, some behind it. */
static void upgradeTakesOverWhatRuns(void) {
    char folder[PATH_BYTES];
    char program[PATH_BYTES + 32];
    node_create(&node);
    snprintf(folder, sizeof folder, "%.400s/bin", node.root);
    snprintf(program, sizeof program, "%s/queqiao-launcher", folder);
    CHECK(mkdir(folder, 0755) == 0);
    install(folder);
    node.program = program;
    node_start(&node);
    pid_t first = start_waiting(&node, 1);
    start_waiting(&node, 2);
    install(folder);
    pid_t between = start_waiting(&node, 3);
    if (is_root()) {
        CHECK_EQUAL(program_of(first), program_of(between));
    }
    node_kill(&node, SIGTERM);
    node_start(&node);
    for (uint64_t job = 1; job <= 3; job++) {
        CHECK_EQUAL(RUNNING, listed_state(&node, job));
    }
    struct launch again = launch_defaults(&node, 3, "#!/bin/sh\nexit 9\n");
    struct reply reply = request_launch(&node, &again);
    CHECK_EQUAL(EXISTS, reply.status);
    CHECK_EQUAL(between, get32(reply.payload));
    reply_free(&reply);
    pid_t behind = start_waiting(&node, 4);
    if (is_root()) {
        CHECK(program_of(first) != program_of(behind));
    }
    reply = request_signal(&node, 2, SIGKILL, 0);
    CHECK_EQUAL(0, reply.status);
    reply_free(&reply);
    CHECK_EQUAL(SIGKILL, await_end(&node, 2).signal);
    CHECK(kill(between, SIGKILL) == 0);
    expect_loss(3, is_root() ? MONITOR_LOST : MONITOR_LOST | END_UNPROVEN);
    let_go(&node);
    CHECK_EQUAL(4, await_end(&node, 1).exit_code);
    CHECK_EQUAL(4, await_end(&node, 4).exit_code);
    CHECK_EQUAL(0, request_forget(&node, 1));
    node_destroy(&node);
}

static void endWithoutLauncherIsReportedOnceAfterwards(void) {
    char path[PATH_BYTES];
    struct stat before;
    struct stat after;
    node_create(&node);
    node_start(&node);
    start_waiting(&node, 1);
    node_kill(&node, SIGKILL);
    let_go(&node);
    CHECK_EQUAL(4, await_end(&node, 1).exit_code);
    snprintf(path, sizeof path, "%.400s/spool/1.1.exit", node.data);
    CHECK(stat(path, &before) == 0);
    node_start(&node);
    CHECK_EQUAL(ENDED, listed_state(&node, 1));
    CHECK(stat(path, &after) == 0 && before.st_ino == after.st_ino && before.st_mtim.tv_nsec == after.st_mtim.tv_nsec);
    node_destroy(&node);
}

static void lostMonitorIsFoundAndItsProcessesEnded(void) {
    node_create(&node);
    node_start(&node);
    pid_t first = start_waiting(&node, 1);
    start_waiting(&node, 2);
    CHECK(kill(first, SIGKILL) == 0);
    expect_loss(1, MONITOR_LOST);
    CHECK_EQUAL(RUNNING, listed_state(&node, 2));
    let_go(&node);
    CHECK_EQUAL(4, await_end(&node, 2).exit_code);
    node_destroy(&node);
}

static void monitorLostWithoutLauncherIsFoundByTheNext(void) {
    node_create(&node);
    node_start(&node);
    pid_t monitor = start_waiting(&node, 1);
    node_kill(&node, SIGKILL);
    CHECK(kill(monitor, SIGKILL) == 0);
    node_start(&node);
    expect_loss(1, is_root() ? MONITOR_LOST : MONITOR_LOST | END_UNPROVEN);
    node_destroy(&node);
}

static void write_intents(const void *bytes, size_t length) {
    char path[PATH_BYTES];
    int fd = open(intents_path(&node, path), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    CHECK(fd >= 0 && write(fd, bytes, length) == (ssize_t)length && close(fd) == 0);
}

/* The slot of a run, from 1; 0 where it has none. */
static uint64_t slot_of(uint64_t job) {
    char path[PATH_BYTES];
    uint8_t intent[SLOT];
    uint64_t found = 0;
    int fd = open(intents_path(&node, path), O_RDONLY | O_CLOEXEC);
    CHECK(fd >= 0);
    for (uint64_t slot = 1; read(fd, intent, SLOT) == SLOT; slot++) {
        if (get64(intent + 8) == job) {
            CHECK_EQUAL(0, found);
            found = slot;
        }
    }
    close(fd);
    return found;
}

/* The intent of a run that was alive when the node went down, as the next boot finds it. */
static void runOfAnEarlierBootHasEnded(void) {
    char path[PATH_BYTES];
    uint8_t intent[SLOT];
    node_create(&node);
    node_start(&node);
    pid_t monitor = start_waiting(&node, 1);
    node_kill(&node, SIGKILL);
    CHECK(kill(monitor, SIGKILL) == 0);
    int fd = open(intents_path(&node, path), O_RDWR | O_CLOEXEC);
    CHECK(fd >= 0 && pread(fd, intent, sizeof intent, 0) == (ssize_t)sizeof intent);
    intent[40] ^= 1;
    put32(intent + 60, crc32_of(intent, 56));
    CHECK(pwrite(fd, intent, sizeof intent, 0) == (ssize_t)sizeof intent && close(fd) == 0);
    node_start(&node);
    CHECK_EQUAL(REBOOTED, await_end(&node, 1).flags);
    CHECK_EQUAL(ENDED, listed_state(&node, 1));
    let_go(&node);
    node_destroy(&node);
}

/* The launcher died before the sync of the intent, so nothing was forked: the intent is absent, cut off or torn. */
static void filesWithoutAWholeIntentAreNotARun(void) {
    static const size_t lengths[] = {0, 1, SLOT - 1, SLOT};
    uint8_t intent[SLOT];
    char path[PATH_BYTES];
    node_create(&node);
    for (uint64_t job = 1; job <= 4; job++) {
        node_start(&node);
        node_kill(&node, SIGKILL);
        CHECK(mkfifo(run_path(&node, path, job, "control"), 0600) == 0);
        put_intent(intent, job, 0);
        intent[60] ^= 1;
        write_intents(intent, lengths[job - 1]);
        node_start(&node);
        CHECK_EQUAL(0, listed_state(&node, job));
        CHECK(access(path, F_OK) != 0);
        CHECK_EQUAL(0, run_script(&node, job, "#!/bin/sh\ntrue\n").exit_code);
        CHECK_EQUAL(1, slot_of(job));
        node_kill(&node, SIGKILL);
        CHECK(remove(intents_path(&node, path)) == 0);
    }
    node_start(&node);
    node_destroy(&node);
}

/* What a loss of power may leave where the file system has no journal: the synced intent, and nothing else. */
static void intentWithoutOtherFilesIsARun(void) {
    char path[PATH_BYTES];
    uint8_t intent[SLOT];
    node_create(&node);
    node_start(&node);
    node_kill(&node, SIGKILL);
    put_intent(intent, 1, 0);
    write_intents(intent, sizeof intent);
    node_start(&node);
    CHECK_EQUAL(REBOOTED, await_end(&node, 1).flags);
    struct launch launch = launch_defaults(&node, 1, "#!/bin/sh\ntrue\n");
    struct reply reply = request_launch(&node, &launch);
    CHECK_EQUAL(2, reply.status);
    reply_free(&reply);
    CHECK_EQUAL(0, request_forget(&node, 1));
    CHECK(access(run_path(&node, path, 1, "ended"), F_OK) == 0);
    node_destroy(&node);
}

/* Each is found among the others after a restart, with its receipt. */
static void intentsOfManyRunsAreToldApart(void) {
    enum { RUNS = 150 };
    char path[PATH_BYTES];
    struct stat status;
    static uint64_t starts[RUNS + 1];
    node_create(&node);
    node_start(&node);
    for (uint64_t job = 1; job <= RUNS; job++) {
        struct launch launch = launch_defaults(&node, job, "#!/bin/sh\ntrue\n");
        struct reply reply = request_launch(&node, &launch);
        CHECK_EQUAL(1, reply.status);
        starts[job] = get64(reply.payload + 8);
        reply_free(&reply);
    }
    CHECK(stat(intents_path(&node, path), &status) == 0);
    CHECK_EQUAL(3 * 64 * SLOT, status.st_size);
    node_kill(&node, SIGKILL);
    node_start(&node);
    for (uint64_t job = 1; job <= RUNS; job++) {
        struct launch launch = launch_defaults(&node, job, "#!/bin/sh\ntrue\n");
        struct reply reply = request_launch(&node, &launch);
        CHECK_EQUAL(2, reply.status);
        CHECK(get64(reply.payload + 8) == starts[job] && get32(reply.payload) != 0);
        reply_free(&reply);
        await_end(&node, job);
    }
    node_destroy(&node);
}

/* A launch that failed before its fork is as if it had never been, also for the next launcher. */
static void failedLaunchGivesItsSlotBack(void) {
    char path[PATH_BYTES];
    node_create(&node);
    node_start(&node);
    struct launch launch = launch_defaults(&node, 1, "#!/bin/sh\ntrue\n");
    CHECK(mkdir(run_path(&node, path, 1, "control"), 0700) == 0);
    for (int start = 0; start < 2; start++) {
        struct reply reply = request_launch(&node, &launch);
        CHECK_EQUAL(6, reply.status);
        CHECK_EQUAL(EEXIST, reply.reason);
        reply_free(&reply);
        CHECK_EQUAL(0, listed_state(&node, 1));
        CHECK_EQUAL(0, slot_of(1));
        node_kill(&node, SIGKILL);
        node_start(&node);
    }
    CHECK(rmdir(path) == 0);
    CHECK_EQUAL(0, run_script(&node, 1, "#!/bin/sh\ntrue\n").exit_code);
    CHECK(slot_of(1) != 0);
    node_destroy(&node);
}

/* Only root can mount a disk that is small. A write that fails leaves no run; one that comes to an end is no error. */
static void fullDiskRefusesLaunchesUntilThereIsRoom(void) {
    char path[PATH_BYTES];
    static const uint8_t filling[4096];
    if (!is_root()) {
        return;
    }
    node_create(&node);
    CHECK(mount("none", node.data, "tmpfs", 0, "size=1m,mode=0755") == 0);
    node_start(&node);
    snprintf(path, sizeof path, "%.400s/filling", node.data);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    while (write(fd, filling, sizeof filling) > 0) {
    }
    CHECK_EQUAL(ENOSPC, errno);
    struct launch launch = launch_defaults(&node, 1, "#!/bin/sh\ntrue\n");
    for (int start = 0; start < 2; start++) {
        struct reply reply = request_launch(&node, &launch);
        CHECK_EQUAL(6, reply.status);
        CHECK_EQUAL(ENOSPC, reply.reason);
        reply_free(&reply);
        CHECK_EQUAL(0, listed_state(&node, 1));
        node_kill(&node, SIGKILL);
        node_start(&node);
        CHECK_EQUAL(0, listed_state(&node, 1));
    }
    CHECK(ftruncate(fd, 0) == 0 && close(fd) == 0);
    CHECK_EQUAL(0, run_script(&node, 1, "#!/bin/sh\ntrue\n").exit_code);
    node_kill(&node, SIGTERM);
    CHECK(umount2(node.data, MNT_DETACH) == 0);
    close(node.fd);
    node_remove(&node);
}

/* Whoever is to write the record makes room for it: its monitor, or the launcher that finds that dead. */
static void runThatFilledTheDiskWithItsTmpEnds(void) {
    char path[PATH_BYTES];
    if (!is_root()) {
        return;
    }
    setenv("TMPDIR", "/var/tmp", 1);
    node_create(&node);
    CHECK(mount("none", node.data, "tmpfs", 0, "size=1m,mode=0755") == 0);
    node.extra = "--private-tmp";
    node_start(&node);
    CHECK_EQUAL(0, run_script(&node, 1, "#!/bin/sh\ncat /dev/zero >/tmp/filling 2>/dev/null\nexit 0\n").exit_code);
    struct launch launch =
        launch_defaults(&node, 2, "#!/bin/sh\ncat /dev/zero >/tmp/filling 2>/dev/null\necho up >up\nexec sleep 60\n");
    launch.stdout_path = "/dev/null";
    struct reply reply = request_launch(&node, &launch);
    CHECK_EQUAL(1, reply.status);
    pid_t monitor = (pid_t)get32(reply.payload);
    reply_free(&reply);
    await_file(work_path(&node, "up", path));
    CHECK(kill(monitor, SIGKILL) == 0);
    CHECK_EQUAL(MONITOR_LOST, await_end(&node, 2).flags & MONITOR_LOST);
    node_kill(&node, SIGTERM);
    CHECK(umount2(node.data, MNT_DETACH) == 0);
    close(node.fd);
    node_remove(&node);
    unsetenv("TMPDIR");
}

/* A launcher never writes it, so what is in it cannot be believed, nor be left out. */
static void fileOfMoreIntentsThanRunsIsRefused(void) {
    char errors[512];
    char path[PATH_BYTES];
    node_create(&node);
    node_start(&node);
    node_kill(&node, SIGTERM);
    CHECK(truncate(intents_path(&node, path), (off_t)SLOT * 1000001) == 0);
    CHECK_EQUAL(1, node_try_start(&node, errors, sizeof errors));
    CHECK(strstr(errors, "read the intents") != NULL);
    CHECK(truncate(path, 0) == 0);
    node_start(&node);
    node_destroy(&node);
}

/* The tombstone of run 2 has had its time, those of the others have not. */
static void sweptTombstoneGivesItsSlotToTheNextRun(void) {
    enum { RUNS = 3 };
    char path[PATH_BYTES];
    uint8_t intents[RUNS * SLOT];
    node_create(&node);
    node_start(&node);
    node_kill(&node, SIGKILL);
    for (uint64_t job = 1; job <= RUNS; job++) {
        uint8_t *intent = intents + (job - 1) * SLOT;
        put_intent(intent, job, now_ms() - (job == 2 ? 7200000U : 0U));
        int fd = open(run_path(&node, path, job, "ended"), O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
        CHECK(fd >= 0 && close(fd) == 0);
    }
    write_intents(intents, sizeof intents);
    node_start(&node);
    CHECK_EQUAL(0, run_script(&node, 4, "#!/bin/sh\ntrue\n").exit_code);
    CHECK_EQUAL(2, slot_of(4));
    for (uint64_t job = 1; job <= RUNS; job++) {
        CHECK_EQUAL(job != 2, access(run_path(&node, path, job, "ended"), F_OK) == 0);
        struct launch launch = launch_defaults(&node, job, "#!/bin/sh\ntrue\n");
        struct reply reply = request_launch(&node, &launch);
        CHECK_EQUAL(job == 2 ? 1 : EXISTS, reply.status);
        reply_free(&reply);
    }
    await_end(&node, 2);
    CHECK_EQUAL(RUNS + 1, slot_of(2));
    node_destroy(&node);
}

static void tombstoneOutlivesTheLauncher(void) {
    node_create(&node);
    node_start(&node);
    struct launch launch = launch_defaults(&node, 1, "#!/bin/sh\ntrue\n");
    size_t length = 0;
    uint8_t *order = launch_sign(&node, &launch, &length);
    struct reply reply = request(&node, 1, order, length);
    CHECK_EQUAL(1, reply.status);
    reply_free(&reply);
    await_end(&node, 1);
    CHECK_EQUAL(0, request_forget(&node, 1));
    CHECK(!has_ended(&node, 1));
    node_kill(&node, SIGKILL);
    node_start(&node);
    reply = request(&node, 1, order, length);
    CHECK_EQUAL(2, reply.status);
    CHECK_EQUAL(FORGOTTEN, get32(reply.payload + 4));
    reply_free(&reply);
    CHECK_EQUAL(0, listed_state(&node, 1));
    CHECK(!has_ended(&node, 1));
    free(order);
    node_destroy(&node);
}

/* The launcher is killed at random moments under load; the sender repeats every unanswered order. */
static void noRunIsLostOrDoubledWhenTheLauncherIsKilled(void) {
    enum { ROUNDS = 40, RUNS_PER_ROUND = 12 };
    char path[PATH_BYTES];
    static char text[64 * 1024];
    static uint8_t seen[ROUNDS * RUNS_PER_ROUND + 1];
    uint64_t state = 1;
    memset(seen, 0, sizeof seen);
    node_create(&node);
    node_start(&node);
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint32_t first = round * RUNS_PER_ROUND + 1;
        for (int delivery = 0; delivery < 2; delivery++) {
            for (uint32_t job = first; job < first + RUNS_PER_ROUND; job++) {
                char script[64];
                size_t length = 0;
                snprintf(script, sizeof script, "#!/bin/sh\necho %" PRIu32 " >> ran\n", job);
                struct launch launch = launch_defaults(&node, job, script);
                launch.stdout_path = "/dev/null";
                uint8_t *order = launch_sign(&node, &launch, &length);
                send_frame(node.fd, 1, order, length);
                free(order);
            }
            state = state * 6364136223846793005U + 1442695040888963407U;
            struct reply reply;
            uint32_t answers = delivery == 1 ? RUNS_PER_ROUND : (uint32_t)(state >> 33) % RUNS_PER_ROUND;
            for (uint32_t i = 0; i < answers; i++) {
                CHECK(receive_reply(node.fd, &reply));
                if (reply.status != 1 && reply.status != 2) {
                    fprintf(stderr, "answered %u %u %s\n", reply.status, reply.reason, reply.text);
                }
                CHECK(reply.status == 1 || reply.status == 2);
                reply_free(&reply);
            }
            if (delivery == 0) {
                node_kill(&node, SIGKILL);
                node_start(&node);
            }
        }
    }
    for (uint32_t job = 1; job <= ROUNDS * RUNS_PER_ROUND; job++) {
        await_end(&node, job);
    }
    read_text(work_path(&node, "ran", path), text, sizeof text);
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        seen[atoi(line)]++;
    }
    for (uint32_t job = 1; job <= ROUNDS * RUNS_PER_ROUND; job++) {
        CHECK(seen[job] <= 1);
        if (await_end(&node, job).flags == 0) {
            CHECK_EQUAL(1, seen[job]);
        }
    }
    node_destroy(&node);
}

/* With control groups: whoever is left in a group without a run is ended at the next start. */
static void groupWithoutARunIsEnded(void) {
    char path[PATH_BYTES];
    node_create(&node);
    node_start(&node);
    pid_t monitor = start_waiting(&node, 1);
    pid_t job = main_pid(&node, 1);
    node_kill(&node, SIGKILL);
    CHECK(kill(monitor, SIGKILL) == 0);
    CHECK(remove(intents_path(&node, path)) == 0);
    CHECK(remove(run_path(&node, path, 1, "control")) == 0 && remove(run_path(&node, path, 1, "script")) == 0);
    node_start(&node);
    CHECK_EQUAL(0, listed_state(&node, 1));
    /* The order of a run that the node knows nothing of is a new one. */
    CHECK_EQUAL(0, run_script(&node, 1, "#!/bin/sh\ntrue\n").exit_code);
    CHECK(!is_alive(job));
    node_destroy(&node);
}

/* Where there are no control groups nothing tells what it left. */
static void purgeEndsWhatADeadMonitorLeft(void) {
    if (!is_root()) {
        return;
    }
    node_create(&node);
    node_start(&node);
    pid_t monitor = start_waiting(&node, 1);
    pid_t left = main_pid(&node, 1);
    node_kill(&node, SIGKILL);
    CHECK(kill(monitor, SIGKILL) == 0);
    CHECK(is_alive(left));
    close(node.fd);
    node_remove(&node);
    CHECK(!is_alive(left));
}

static const struct test tests[] = {
    TEST(purgeEndsWhatADeadMonitorLeft),
    TEST(jobsOutliveTheLauncher),
    TEST(upgradeTakesOverWhatRuns),
    TEST(endWithoutLauncherIsReportedOnceAfterwards),
    TEST(lostMonitorIsFoundAndItsProcessesEnded),
    TEST(monitorLostWithoutLauncherIsFoundByTheNext),
    TEST(runOfAnEarlierBootHasEnded),
    TEST(filesWithoutAWholeIntentAreNotARun),
    TEST(intentWithoutOtherFilesIsARun),
    TEST(intentsOfManyRunsAreToldApart),
    TEST(failedLaunchGivesItsSlotBack),
    TEST(fullDiskRefusesLaunchesUntilThereIsRoom),
    TEST(runThatFilledTheDiskWithItsTmpEnds),
    TEST(fileOfMoreIntentsThanRunsIsRefused),
    TEST(sweptTombstoneGivesItsSlotToTheNextRun),
    TEST(tombstoneOutlivesTheLauncher),
    TEST(noRunIsLostOrDoubledWhenTheLauncherIsKilled),
    TEST(groupWithoutARunIsEnded),
};

int main(int count, char **arguments) {
    return run_tests(count, arguments, tests, sizeof tests / sizeof *tests);
}
