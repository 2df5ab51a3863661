/* The commands of a node: what root runs before and after each run, and what that means for the run. */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "counters.h"
#include "harness.h"

enum { LAUNCH_FAILED = 2, NODE_FAULT = 128, STEP_PROLOG = 10 };

static struct node node;
static char option[PATH_BYTES + 16];
static char commands[PATH_BYTES];

static void add_command(const char *name, const char *script) {
    char path[PATH_BYTES + 32];
    snprintf(path, sizeof path, "%s/%s", commands, name);
    FILE *file = fopen(path, "w");
    CHECK(file != NULL && fputs(script, file) >= 0 && fclose(file) == 0);
    CHECK(chmod(path, 0755) == 0);
}

/* False: an ordinary user, for whom the launcher refuses them. */
static bool node_with_commands(void) {
    char errors[1024];
    node_create(&node);
    snprintf(commands, sizeof commands, "%.400s/commands", node.root);
    CHECK(mkdir(commands, 0755) == 0);
    snprintf(option, sizeof option, "--commands=%s", commands);
    node.extra = option;
    node.more = "--command-seconds=1";
    if (!is_root()) {
        CHECK_EQUAL(1, node_try_start(&node, errors, sizeof errors));
        CHECK(strstr(errors, "--commands: needs root") != NULL);
        node_remove(&node);
        return false;
    }
    return true;
}

static char *text_of(const char *folder, const char *name) {
    static char text[8192];
    char path[PATH_BYTES + 64];
    snprintf(path, sizeof path, "%.500s/%.60s", folder, name);
    return read_text(path, text, sizeof text);
}

static void prologAndEpilogSurroundTheRunAsRootWithAllowedVariablesAlone(void) {
    if (!node_with_commands()) {
        return;
    }
    add_command("prolog", "#!/bin/sh\nenv | sort >${0%/*}/before\nid -u >>${0%/*}/before\n");
    add_command("epilog", "#!/bin/sh\nenv | sort >${0%/*}/after\n");
    node_start(&node);
    struct launch launch = launch_defaults(&node, 7, "#!/bin/sh\necho job >out2\nexit 3\n");
    launch.environment = "SLURM_JOB_ACCOUNT=climate\0LD_PRELOAD=evil.so\0QUEQIAO_NODE=node-1\0SLURM_JOB_IDX=1\0SLURM_JOB_GPUS=5\0";
    struct reply reply = request_launch(&node, &launch);
    CHECK_EQUAL(1, reply.status);
    reply_free(&reply);
    struct ended ended = await_end(&node, 7);
    CHECK_EQUAL(3, ended.exit_code);
    CHECK_EQUAL(0, ended.flags);
    const char *before = text_of(commands, "before");
    CHECK(strstr(before, "QUEQIAO_JOB_ID=7\n") != NULL && strstr(before, "SLURM_JOB_ID=7\n") != NULL);
    CHECK(strstr(before, "QUEQIAO_COMMAND=prolog\n") != NULL && strstr(before, "SLURM_JOB_ACCOUNT=climate\n") != NULL);
    CHECK(strstr(before, "QUEQIAO_NODE=node-1\n") != NULL && strstr(before, "SLURM_JOB_UID=61001\n") != NULL);
    /* It was given none, whatever its user says. */
    CHECK(strstr(before, "QUEQIAO_DEVICES=\n") != NULL && strstr(before, "SLURM_JOB_GPUS=\n") != NULL);
    CHECK(strstr(before, "LD_PRELOAD") == NULL && strstr(before, "SLURM_JOB_IDX") == NULL);
    CHECK(strstr(before, "\n0\n") != NULL);
    CHECK(strstr(text_of(commands, "after"), "QUEQIAO_EXIT_CODE=3\n") != NULL);
    node_destroy(&node);
}

static void whatACommandUsesIsNotOfTheRun(void) {
    if (!node_with_commands()) {
        return;
    }
    add_command("prolog", "#!/bin/sh\ndd if=/dev/zero of=/dev/null bs=64M count=2\n(setsid sleep 60 &)\n");
    node_start(&node);
    struct ended ended = run_script(&node, 1, "#!/bin/sh\nexit 0\n");
    CHECK_EQUAL(0, ended.flags);
    CHECK(counter_of(&ended, COUNTER_LARGEST_PROCESS).value < (32 << 20));
    CHECK(counter_of(&ended, COUNTER_READ_BYTES).value < (1 << 20));
    CHECK(counter_of(&ended, COUNTER_WRITTEN_BYTES).value < (1 << 20));
    CHECK(strstr(text_of(node.data, "commands.log"), "prolog QUEQIAO_JOB_ID=1: ok") != NULL);
    node_destroy(&node);
}

static void failedPrologStopsTheLaunchAndSaysWhy(void) {
    char path[PATH_BYTES];
    if (!node_with_commands()) {
        return;
    }
    add_command("prolog", "#!/bin/sh\necho looking\necho 'scratch is not mounted' >&2\nexit 4\n");
    node_start(&node);
    struct ended ended = run_script(&node, 1, "#!/bin/sh\n: >ran\n");
    CHECK_EQUAL(LAUNCH_FAILED | NODE_FAULT, ended.flags);
    CHECK_EQUAL(STEP_PROLOG, ended.failed_step);
    CHECK(strcmp(ended.text, "exit code 4: scratch is not mounted") == 0);
    CHECK(access(work_path(&node, "ran", path), F_OK) != 0 && errno == ENOENT);
    const char *log = text_of(node.data, "commands.log");
    CHECK(strstr(log, "prolog QUEQIAO_JOB_ID=1: exit code 4") != NULL && strstr(log, "looking\n") != NULL);
    node_destroy(&node);
}

static void whatHangsIsEndedWithAllThatItStarted(void) {
    if (!node_with_commands()) {
        return;
    }
    add_command("prolog", "#!/bin/sh\nsetsid sh -c 'echo $$ >>'${0%/*}'/left; exec sleep 60' &\nexec sleep 60\n");
    node_start(&node);
    struct ended ended = run_script(&node, 1, "#!/bin/sh\nexit 0\n");
    CHECK(strcmp(ended.text, "did not end in time") == 0);
    CHECK(ended.end_ms - ended.start_ms < 10000);
    CHECK(kill((pid_t)atoi(text_of(commands, "left")), 0) != 0 && errno == ESRCH);
    node_destroy(&node);
}

static void failedEpilogIsAFaultOfTheNodeAndNotOfTheRun(void) {
    if (!node_with_commands()) {
        return;
    }
    /* A child that holds its output does not hold it up. */
    add_command("prolog", "#!/bin/sh\nsleep 60 &\nexit 0\n");
    add_command("epilog", "#!/bin/sh\nyes | head -c 1000000\nkill -9 $$\n");
    node_start(&node);
    struct ended ended = run_script(&node, 1, "#!/bin/sh\nexit 5\n");
    CHECK_EQUAL(NODE_FAULT, ended.flags);
    CHECK_EQUAL(5, ended.exit_code);
    CHECK(strcmp(ended.text, "ended by signal 9") == 0);
    char path[PATH_BYTES];
    struct stat status;
    snprintf(path, sizeof path, "%.400s/commands.log", node.data);
    CHECK(stat(path, &status) == 0 && status.st_size < 20000 && (status.st_mode & 07777) == 0600);
    node_destroy(&node);
}

static void whatOthersCouldHaveWrittenIsNotExecuted(void) {
    static const char *const wrong[] = {"others than root can write to it", "does not belong to root",
                                        "is not executable", "is no regular file",
                                        "others than root can write to a folder of its path"};
    char path[PATH_BYTES + 16];
    char expected[128];
    if (!node_with_commands()) {
        return;
    }
    snprintf(path, sizeof path, "%s/prolog", commands);
    node_start(&node);
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        add_command("prolog", "#!/bin/sh\n: >${0%/*}/ran\n");
        CHECK(i != 0 || chmod(path, 0775) == 0);
        CHECK(i != 1 || chown(path, TEST_UID, TEST_GID) == 0);
        CHECK(i != 2 || chmod(path, 0644) == 0);
        CHECK(i != 3 || (unlink(path) == 0 && symlink("/bin/true", path) == 0));
        CHECK(i != 4 || chmod(commands, 0777) == 0);
        struct ended ended = run_script(&node, i + 1, "#!/bin/sh\nexit 0\n");
        snprintf(expected, sizeof expected, "not run: %s", wrong[i]);
        CHECK(strcmp(ended.text, expected) == 0);
        CHECK_EQUAL(LAUNCH_FAILED | NODE_FAULT, ended.flags);
        CHECK(unlink(path) == 0);
    }
    snprintf(path, sizeof path, "%s/ran", commands);
    CHECK(access(path, F_OK) != 0);
    node_destroy(&node);
}

static const char *await_health(const char *expected) {
    char folder[PATH_BYTES];
    char path[PATH_BYTES + 16];
    snprintf(folder, sizeof folder, "%.400s/spool", node.data);
    snprintf(path, sizeof path, "%s/health", folder);
    for (int i = 0; i < 100; i++) {
        if (access(path, F_OK) == 0 && strstr(text_of(folder, "health"), expected) != NULL) {
            return text_of(folder, "health");
        }
        usleep(50000);
    }
    CHECK(!"the health of the node is told");
    return "";
}

static void healthIsCheckedAgainAndAgain(void) {
    if (!node_with_commands()) {
        return;
    }
    node.more = "--health-seconds=1";
    add_command("health", "#!/bin/sh\n[ \"$QUEQIAO_NODE\" = node-1 ] || exit 9\n"
                          "[ -e ${0%/*}/broken ] || exit 0\necho fan 2 stands still\nexit 1\n");
    node_start(&node);
    CHECK(strtoull(await_health(" \n"), NULL, 10) > 1700000000000ULL);
    add_command("broken", "");
    await_health(" exit code 1: fan 2 stands still\n");
    char path[PATH_BYTES + 16];
    snprintf(path, sizeof path, "%s/broken", commands);
    CHECK(unlink(path) == 0);
    await_health(" \n");
    node_destroy(&node);
}

int main(int count, char **arguments) {
    static const struct test tests[] = {
        TEST(prologAndEpilogSurroundTheRunAsRootWithAllowedVariablesAlone),
        TEST(whatACommandUsesIsNotOfTheRun),
        TEST(failedPrologStopsTheLaunchAndSaysWhy),
        TEST(whatHangsIsEndedWithAllThatItStarted),
        TEST(failedEpilogIsAFaultOfTheNodeAndNotOfTheRun),
        TEST(healthIsCheckedAgainAndAgain),
        TEST(whatOthersCouldHaveWrittenIsNotExecuted),
    };
    return run_tests(count, arguments, tests, sizeof tests / sizeof *tests);
}
