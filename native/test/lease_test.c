/* Runs with a lease, whose monitor ends them when nobody tells of contact with the server any more. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"

enum { LAUNCH_FAILED = 2, MONITOR_LOST = 8, LEASE_OVER = 256, STEP_LEASE = 11, LEASE_MS = 1500, CONTACT_BYTES = 36 };

static struct node node;

static uint64_t boottime_ms(void) {
    struct timespec now;
    CHECK(clock_gettime(CLOCK_BOOTTIME, &now) == 0);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static uint32_t crc32(const uint8_t *bytes, size_t length) {
    uint32_t crc = 0xFFFFFFFF;
    for (size_t i = 0; i < length; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ (0xEDB88320U & (0U - (crc & 1U)));
        }
    }
    return ~crc;
}

static void write_contact(const uint8_t *bytes, size_t length) {
    char path[PATH_BYTES + 32];
    snprintf(path, sizeof path, "%s/spool/contact", node.data);
    int fd = open(path, O_WRONLY);
    CHECK(fd >= 0 && pwrite(fd, bytes, length, 0) == (ssize_t)length);
    close(fd);
}

static void boot_id(uint8_t id[16]) {
    char text[64];
    read_text("/proc/sys/kernel/random/boot_id", text, sizeof text);
    for (int i = 0, at = 0; i < 16; i++, at += 2) {
        unsigned byte = 0;
        at += text[at] == '-';
        CHECK(sscanf(text + at, "%2x", &byte) == 1);
        id[i] = (uint8_t)byte;
    }
}

static void say_contact_at(uint64_t ms, uint8_t change) {
    uint8_t bytes[CONTACT_BYTES] = {0};
    put32(bytes, 0x5151434E);
    put64(bytes + 8, ms);
    boot_id(bytes + 16);
    bytes[16] ^= change;
    put32(bytes + 32, crc32(bytes, 32));
    write_contact(bytes, sizeof bytes);
}

static void say_contact(void) {
    say_contact_at(boottime_ms(), 0);
}

static uint32_t grace_ms = 1000;

static struct reply launch(uint64_t job, const char *script, uint32_t lease_ms) {
    struct launch launch = launch_defaults(&node, job, script);
    launch.lease_ms = lease_ms;
    launch.grace_ms = grace_ms;
    return request_launch(&node, &launch);
}

static pid_t begin(uint64_t job, const char *script, uint32_t lease_ms) {
    char path[PATH_BYTES];
    struct reply reply = launch(job, script, lease_ms);
    CHECK_EQUAL(1, reply.status);
    pid_t monitor = (pid_t)get32(reply.payload);
    reply_free(&reply);
    await_file(work_path(&node, "begun", path));
    return monitor;
}

static const char waiting[] = "#!/bin/sh\ntrap 'echo told > told; exit 0' TERM\necho x > begun\nwhile :; do sleep 0.1; done\n";
static const char stubborn[] = "#!/bin/sh\ntrap '' TERM\n(setsid sh -c \"trap '' TERM; while :; do sleep 0.1; done\") &\n"
                               "echo x > begun\nwhile :; do sleep 0.1; done\n";

static void runEndsWithoutContactByTermFirst(void) {
    char path[PATH_BYTES];
    char text[32];
    node_create(&node);
    node_start(&node);
    say_contact();
    uint64_t before_ms = boottime_ms();
    begin(1, waiting, LEASE_MS);
    struct ended ended = await_end(&node, 1);
    uint64_t lasted_ms = boottime_ms() - before_ms;
    CHECK(lasted_ms >= LEASE_MS - 100 && lasted_ms < LEASE_MS + 10000);
    CHECK((ended.flags & LEASE_OVER) != 0);
    CHECK((ended.flags & LAUNCH_FAILED) == 0);
    CHECK(strstr(ended.text, "no contact") != NULL);
    CHECK(strcmp(read_text(work_path(&node, "told", path), text, sizeof text), "told\n") == 0);
    node_destroy(&node);
}

static void whatIgnoresTermIsKilledAfterTheGrace(void) {
    node_create(&node);
    node_start(&node);
    say_contact();
    begin(1, stubborn, LEASE_MS);
    struct ended ended = await_end(&node, 1);
    CHECK_EQUAL(SIGKILL, ended.signal);
    CHECK((ended.flags & LEASE_OVER) != 0);
    node_destroy(&node);
}

static void runGoesOnWithContactAndWithoutALease(void) {
    char path[PATH_BYTES];
    node_create(&node);
    node_start(&node);
    say_contact();
    begin(1, waiting, LEASE_MS);
    struct reply reply = launch(2, "#!/bin/sh\nwhile :; do sleep 0.1; done\n", 0);
    CHECK_EQUAL(1, reply.status);
    reply_free(&reply);
    for (int i = 0; i < 20; i++) {
        poll(NULL, 0, LEASE_MS / 8);
        say_contact();
        CHECK(!has_ended(&node, 1));
    }
    CHECK((await_end(&node, 1).flags & LEASE_OVER) != 0);
    CHECK(!has_ended(&node, 2));
    CHECK(access(work_path(&node, "told", path), F_OK) == 0);
    reply = request_signal(&node, 2, SIGKILL, 0);
    reply_free(&reply);
    CHECK_EQUAL(0, await_end(&node, 2).flags & LEASE_OVER);
    node_destroy(&node);
}

/* Whoever counts on the lease was not told of this start. */
static void runDoesNotBeginWithoutContact(void) {
    char path[PATH_BYTES];
    uint8_t torn[CONTACT_BYTES] = {1, 2, 3};
    node_create(&node);
    node_start(&node);
    for (uint64_t job = 1; job <= 5; job++) {
        if (job == 2) {
            say_contact_at(boottime_ms() - LEASE_MS - 1, 0);
        } else if (job == 3) {
            say_contact_at(boottime_ms(), 1); /* of another boot */
        } else if (job == 4) {
            say_contact_at(boottime_ms() + 3600000, 0);
        } else if (job == 5) {
            write_contact(torn, sizeof torn);
        }
        struct reply reply = launch(job, "#!/bin/sh\necho x > begun\n", LEASE_MS);
        CHECK_EQUAL(1, reply.status);
        reply_free(&reply);
        struct ended ended = await_end(&node, job);
        CHECK_EQUAL(LAUNCH_FAILED | LEASE_OVER, ended.flags);
        CHECK_EQUAL(STEP_LEASE, ended.failed_step);
        CHECK(access(work_path(&node, "begun", path), F_OK) != 0);
    }
    node_destroy(&node);
}

/* Neither agent nor launcher is there: the monitor needs nobody. */
static void runEndsAlsoWithoutItsLauncher(void) {
    node_create(&node);
    node_start(&node);
    say_contact();
    begin(1, waiting, LEASE_MS);
    node_kill(&node, SIGKILL);
    CHECK((await_end(&node, 1).flags & LEASE_OVER) != 0);
    node_start(&node);
    node_destroy(&node);
}

/* Its launcher ends it at once: sooner than the lease, so who counts on that is right. */
static void runWhoseMonitorIsKilledEndsBeforeItsLease(void) {
    node_create(&node);
    node_start(&node);
    say_contact();
    pid_t monitor = begin(1, waiting, 60000);
    CHECK(kill(monitor, SIGKILL) == 0);
    CHECK((await_end(&node, 1).flags & MONITOR_LOST) != 0);
    node_destroy(&node);
}

static void stoppedRunIsEndedToo(void) {
    uint8_t body[16];
    node_create(&node);
    node_start(&node);
    say_contact();
    begin(1, waiting, LEASE_MS);
    put64(body, 1);
    put32(body + 8, 1);
    put32(body + 12, 1);
    struct reply reply = request(&node, 7, body, sizeof body);
    CHECK_EQUAL(0, reply.status);
    reply_free(&reply);
    CHECK((await_end(&node, 1).flags & LEASE_OVER) != 0);
    node_destroy(&node);
}

/* The grace is counted from the end of the lease, not from when the monitor is there again. */
static void monitorThatWasStoppedOverTheGraceKillsAtOnce(void) {
    node_create(&node);
    node_start(&node);
    say_contact();
    grace_ms = 4000;
    pid_t monitor = begin(1, stubborn, LEASE_MS);
    grace_ms = 1000;
    CHECK(kill(monitor, SIGSTOP) == 0);
    poll(NULL, 0, LEASE_MS + 4000 + 200);
    uint64_t goes_on_ms = boottime_ms();
    CHECK(kill(monitor, SIGCONT) == 0);
    struct ended ended = await_end(&node, 1);
    CHECK(boottime_ms() - goes_on_ms < 3000);
    CHECK_EQUAL(SIGKILL, ended.signal);
    CHECK((ended.flags & LEASE_OVER) != 0);
    node_destroy(&node);
}

static void runWhoseMainProcessHasEndedEndsAsThatDid(void) {
    static const char leaving[] = "#!/bin/sh\n(setsid sh -c \"trap '' TERM; echo x > begun; while :; do sleep 0.1; done\") &\n"
                                  "while [ ! -e begun ]; do sleep 0.05; done\nexit 0\n";
    node_create(&node);
    node_start(&node);
    say_contact();
    uint64_t before_ms = boottime_ms();
    grace_ms = 3000;
    begin(1, leaving, LEASE_MS);
    grace_ms = 1000;
    struct ended ended = await_end(&node, 1);
    CHECK(boottime_ms() - before_ms > LEASE_MS + 500);
    CHECK_EQUAL(0, ended.flags & (LEASE_OVER | LAUNCH_FAILED));
    CHECK_EQUAL(0, ended.signal);
    CHECK(strstr(ended.text, "no contact") == NULL);
    node_destroy(&node);
}

/* Whatever lies in its place. */
static void launcherMakesTheContactFileWhole(void) {
    char spool[PATH_BYTES + 32];
    char path[PATH_BYTES + 64];
    struct stat status;
    node_create(&node);
    snprintf(spool, sizeof spool, "%s/spool", node.data);
    snprintf(path, sizeof path, "%s/contact", spool);
    CHECK(mkdir(node.data, 0711) == 0 || access(node.data, F_OK) == 0);
    CHECK(mkdir(spool, 0750) == 0 && symlink("elsewhere", path) == 0);
    node_start(&node);
    CHECK(lstat(path, &status) == 0 && S_ISREG(status.st_mode));
    CHECK_EQUAL(CONTACT_BYTES, status.st_size);
    CHECK_EQUAL(0600, status.st_mode & 07777);
    CHECK_EQUAL(geteuid(), status.st_uid);
    node_destroy(&node);
}

static char *contact_path(char path[PATH_BYTES + 64]) {
    snprintf(path, PATH_BYTES + 64, "%s/spool/contact", node.data);
    return path;
}

/* Runs without a lease go on as ever, none with one begins: nobody may count on its end. */
static void check_without_leases(uint64_t job, const char *why) {
    CHECK(strstr(node.said, "queqiao-launcher: no leases: the word of the last contact cannot be kept: ") == node.said);
    CHECK(strstr(node.said, why) != NULL);
    CHECK_EQUAL(7, run_script(&node, job, "#!/bin/sh\nexit 7\n").exit_code);
    struct reply reply = launch(job + 1, waiting, LEASE_MS);
    CHECK_EQUAL(1, reply.status);
    reply_free(&reply);
    struct ended ended = await_end(&node, job + 1);
    CHECK_EQUAL(LAUNCH_FAILED | LEASE_OVER, ended.flags);
    CHECK_EQUAL(STEP_LEASE, ended.failed_step);
}

/* It is as it was again when what was in the way is gone. */
static void check_with_leases(uint64_t job) {
    CHECK_EQUAL(0, node.said[0]);
    say_contact();
    struct reply reply = launch(job, "#!/bin/sh\nexit 5\n", LEASE_MS);
    CHECK_EQUAL(1, reply.status);
    reply_free(&reply);
    struct ended ended = await_end(&node, job);
    CHECK_EQUAL(0, ended.flags);
    CHECK_EQUAL(5, ended.exit_code);
}

static void launcherStartsWithoutLeasesWhereItsFileCannotBeMade(void) {
    char path[PATH_BYTES + 64];
    char within[PATH_BYTES + 80];
    char spool[PATH_BYTES + 32];
    struct stat status;
    node_create(&node);
    snprintf(spool, sizeof spool, "%s/spool", node.data);
    snprintf(within, sizeof within, "%s/kept", contact_path(path));
    CHECK(mkdir(spool, 0750) == 0 && mkdir(path, 0755) == 0 && mkdir(within, 0755) == 0);
    node_start(&node);
    check_without_leases(1, strerror(EISDIR));
    /* What somebody has put there is not removed with all that is in it. */
    CHECK(stat(within, &status) == 0 && S_ISDIR(status.st_mode));
    node_kill(&node, SIGTERM);
    CHECK(rmdir(within) == 0);
    node_start(&node);
    check_with_leases(3);
    node_destroy(&node);
}

/* As on a full disk: by a file that is there and is not whole the agent would take it for kept. */
static void launcherLeavesNoFileThatItCannotMakeWhole(void) {
    char path[PATH_BYTES + 64];
    struct rlimit before;
    node_create(&node);
    CHECK(getrlimit(RLIMIT_FSIZE, &before) == 0);
    const struct rlimit none = {0, before.rlim_max};
    CHECK(signal(SIGXFSZ, SIG_IGN) != SIG_ERR && setrlimit(RLIMIT_FSIZE, &none) == 0);
    bool begins = node_begins(&node);
    CHECK(setrlimit(RLIMIT_FSIZE, &before) == 0 && signal(SIGXFSZ, SIG_DFL) != SIG_ERR);
    CHECK(begins);
    CHECK(strstr(node.said, "no leases") != NULL && strstr(node.said, strerror(EFBIG)) != NULL);
    CHECK(access(contact_path(path), F_OK) != 0 && errno == ENOENT);
    node_kill(&node, SIGKILL);
    node_start(&node);
    check_with_leases(1);
    node_destroy(&node);
}

static void leaseOutOfBoundsIsRefused(void) {
    node_create(&node);
    node_start(&node);
    struct reply reply = launch(1, waiting, 7 * 24 * 3600 * 1000 + 1);
    CHECK_EQUAL(3, reply.status);
    CHECK(strstr(reply.text, "leaseMs") != NULL);
    reply_free(&reply);
    node_destroy(&node);
}

int main(int count, char **arguments) {
    static const struct test tests[] = {
        TEST(runEndsWithoutContactByTermFirst),    TEST(whatIgnoresTermIsKilledAfterTheGrace),
        TEST(runGoesOnWithContactAndWithoutALease), TEST(runDoesNotBeginWithoutContact),
        TEST(runEndsAlsoWithoutItsLauncher),       TEST(runWhoseMonitorIsKilledEndsBeforeItsLease),
        TEST(monitorThatWasStoppedOverTheGraceKillsAtOnce), TEST(runWhoseMainProcessHasEndedEndsAsThatDid),
        TEST(launcherMakesTheContactFileWhole), TEST(launcherStartsWithoutLeasesWhereItsFileCannotBeMade),
        TEST(launcherLeavesNoFileThatItCannotMakeWhole), TEST(stoppedRunIsEndedToo),                TEST(leaseOutOfBoundsIsRefused),
    };
    return run_tests(count, arguments, tests, sizeof tests / sizeof *tests);
}
