/* As whom a job runs, and within which limits. An ordinary user shows that what is absent is not faked. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

enum { OOM_KILLED = 1 };

static struct node node;
static char output[64 * 1024];

static struct ended run(struct launch launch) {
    char path[PATH_BYTES];
    struct reply reply = request_launch(&node, &launch);
    CHECK_EQUAL(1, reply.status);
    reply_free(&reply);
    struct ended ended = await_end(&node, launch.job_id);
    read_text(work_path(&node, "out", path), output, sizeof output);
    return ended;
}

static void expect_line(const char *line) {
    if (strstr(output, line) == NULL) {
        fprintf(stderr, "no line '%s' in:\n%s", line, output);
        abort_test();
    }
}

static void jobHasExactlyItsUsersIdentity(void) {
    node_create(&node);
    node_start(&node);
    CHECK_EQUAL(0, run(launch_defaults(&node, 1, "#!/bin/cat /proc/self/status\n")).exit_code);
    if (is_root()) {
        expect_line("Uid:\t61001\t61001\t61001\t61001\n");
        expect_line("Gid:\t61001\t61001\t61001\t61001\n");
        expect_line("Groups:\t61001 61002 \n");
    } else {
        char line[64];
        snprintf(line, sizeof line, "Uid:\t%u\t%u\t%u\t%u\n", geteuid(), geteuid(), geteuid(), geteuid());
        expect_line(line);
    }
    expect_line("CapInh:\t0000000000000000\n");
    expect_line("CapPrm:\t0000000000000000\n");
    expect_line("CapEff:\t0000000000000000\n");
    expect_line("CapAmb:\t0000000000000000\n");
    expect_line("NoNewPrivs:\t0\n");
    expect_line("SigBlk:\t0000000000000000\n");
    expect_line("SigIgn:\t0000000000000000\n");
    expect_line("Umask:\t0022\n");
    struct launch launch = launch_defaults(&node, 2, "#!/bin/cat /proc/self/status\n");
    launch.flags = 1;
    CHECK_EQUAL(0, run(launch).exit_code);
    expect_line("NoNewPrivs:\t1\n");
    node_destroy(&node);
}

static void jobInheritsNoDescriptor(void) {
    node_create(&node);
    node_start(&node);
    CHECK_EQUAL(0, run(launch_defaults(&node, 1, "#!/bin/ls /proc/self/fd\n")).exit_code);
    /* 3 is the folder that ls itself reads. */
    expect_line("/proc/self/fd:\n0\n1\n2\n3\n");
    CHECK(strcmp(strstr(output, "\n3\n"), "\n3\n") == 0);
    node_destroy(&node);
}

/* The status of the child of a process; false while it has none. */
static bool child_status(pid_t parent, char *text, size_t capacity) {
    char path[PATH_BYTES];
    char wanted[32];
    snprintf(wanted, sizeof wanted, "\nPPid:\t%d\n", (int)parent);
    DIR *all = opendir("/proc");
    bool found = false;
    CHECK(all != NULL);
    for (struct dirent *entry = NULL; !found && (entry = readdir(all)) != NULL;) {
        snprintf(path, sizeof path, "/proc/%.20s/status", entry->d_name);
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        ssize_t length = fd < 0 ? -1 : read(fd, text, capacity - 1);
        text[length > 0 ? length : 0] = 0;
        found = strstr(text, wanted) != NULL;
        if (fd >= 0) {
            close(fd);
        }
    }
    closedir(all);
    return found;
}

/* The name service stands still at a pipe in the place of its file, in the mount namespace of this test. */
static void nameServiceIsAskedWithoutRoot(void) {
    size_t length = 0;
    if (!is_root()) {
        return;
    }
    node_create(&node);
    node_start(&node);
    CHECK(rename("/etc/passwd", "/etc/passwd.kept") == 0 && mkfifo("/etc/passwd", 0644) == 0);
    struct launch launch = launch_defaults(&node, 1, "#!/bin/true\n");
    uint8_t *order = launch_sign(&node, &launch, &length);
    send_frame(node.fd, 1, order, length);
    uint64_t until = now_ms() + 5000;
    while (!child_status(node.launcher, output, sizeof output) || strstr(output, "Uid:\t0\t") != NULL) {
        CHECK(now_ms() < until);
        poll(NULL, 0, 5);
    }
    int waiting = open("/etc/passwd", O_WRONLY | O_CLOEXEC);
    CHECK(rename("/etc/passwd.kept", "/etc/passwd") == 0 && close(waiting) == 0);
    expect_line("Uid:\t65534\t65534\t65534\t65534\n");
    expect_line("Gid:\t65534\t65534\t65534\t65534\n");
    expect_line("Groups:\t \n");
    expect_line("CapPrm:\t0000000000000000\n");
    expect_line("CapEff:\t0000000000000000\n");
    struct reply reply;
    CHECK(receive_reply(node.fd, &reply));
    reply_free(&reply);
    free(order);
    /* For a second it does not ask again; for ten where a pipe counts as a service that fails, for lack of a further one. */
    launch.job_id = 2;
    until = now_ms() + 15000;
    for (reply = request_launch(&node, &launch); reply.status != 1; reply = request_launch(&node, &launch)) {
        CHECK(now_ms() < until);
        reply_free(&reply);
        poll(NULL, 0, 100);
    }
    reply_free(&reply);
    CHECK_EQUAL(0, await_end(&node, 2).exit_code);
    node_destroy(&node);
}

static void scriptsAndRunsOfOthersAreClosed(void) {
    char path[PATH_BYTES];
    char text[64];
    struct stat status;
    node_create(&node);
    node_start(&node);
    struct launch launch = launch_defaults(&node, 1, "#!/bin/sh\nstat -c '%a %u' $0 > up\nsleep 60\n");
    struct reply reply = request_launch(&node, &launch);
    CHECK_EQUAL(1, reply.status);
    reply_free(&reply);
    await_file(work_path(&node, "up", path));
    char expected[64];
    snprintf(expected, sizeof expected, "500 %u\n", job_uid());
    CHECK(strcmp(read_text(path, text, sizeof text), expected) == 0);
    snprintf(path, sizeof path, "%.400s/spool", node.data);
    CHECK(stat(path, &status) == 0 && (status.st_mode & 07777) == 0750 && status.st_uid == geteuid());
    snprintf(path, sizeof path, "%.400s/runs", node.data);
    CHECK(stat(path, &status) == 0 && (status.st_mode & 07777) == 0711 && status.st_uid == geteuid());
    snprintf(path, sizeof path, "%.400s/runs/intents", node.data);
    CHECK(stat(path, &status) == 0 && (status.st_mode & 07777) == 0600 && status.st_uid == geteuid());
    snprintf(path, sizeof path, "%.400s/runs/1.1.control", node.data);
    CHECK(stat(path, &status) == 0 && (status.st_mode & 07777) == 0600 && status.st_uid == geteuid());
    reply = request_signal(&node, 1, SIGKILL, 0);
    reply_free(&reply);
    await_end(&node, 1);
    snprintf(path, sizeof path, "%.400s/runs/1.1.script", node.data);
    CHECK(stat(path, &status) == 0);
    snprintf(path, sizeof path, "%.400s/spool/1.1.exit", node.data);
    CHECK(stat(path, &status) == 0 && (status.st_mode & 07777) == 0640 && status.st_uid == geteuid());
    node_destroy(&node);
}

static void memoryLimitKillsAndIsNamed(void) {
    node_create(&node);
    node_start(&node);
    struct launch launch = launch_defaults(&node, 1, "#!/bin/sh\nhead -c 200000000 /dev/zero | tail -c 150000000 | wc -c\n");
    launch.mem_bytes = 32 << 20;
    struct ended ended = run(launch);
    if (is_root()) {
        CHECK_EQUAL(OOM_KILLED, ended.flags & OOM_KILLED);
        CHECK(ended.max_rss_bytes <= 32 << 20 && ended.max_rss_bytes > 16 << 20);
    } else {
        CHECK_EQUAL(0, ended.flags);
        expect_line("150000000\n");
    }
    node_destroy(&node);
}

static void processLimitHoldsAgainstAForkBomb(void) {
    node_create(&node);
    node_start(&node);
    struct launch launch =
        launch_defaults(&node, 1, "#!/bin/sh\nfor i in 1 2 3 4 5 6 7 8 9 10; do sleep 60 & done\necho all\n");
    launch.pids_max = is_root() ? 6 : 0;
    launch.grace_ms = 5000;
    struct ended ended = run(launch);
    CHECK(ended.end_ms - ended.start_ms < 5000);
    CHECK((strstr(output, "all") == NULL) == is_root());
    node_destroy(&node);
}

/* Core 0 is the two CPUs of this machine, if it has two, and there is no core 1. */
static void coreIsTheCpusThatTheNodeSays(void) {
    static const uint16_t both[] = {0, 1};
    static const uint16_t second[] = {1};
    bool two = sysconf(_SC_NPROCESSORS_ONLN) > 1;
    node_create(&node);
    node.extra = two ? "--cpus=0,1/0" : "--cpus=0/0";
    node_start(&node);
    struct launch launch = launch_defaults(&node, 1, "#!/bin/sh\ngrep Cpus_allowed_list /proc/self/status\n");
    launch.core_count = 2;
    launch.cores = both;
    CHECK_EQUAL(0, run(launch).exit_code);
    expect_line(two ? "Cpus_allowed_list:\t0-1\n" : "Cpus_allowed_list:\t0\n");
    launch.job_id = 2;
    launch.core_count = 1;
    launch.cores = second;
    CHECK_EQUAL(0, run(launch).exit_code);
    if (is_root()) {
        expect_line("Cpus_allowed_list:\t0\n");
    }
    node_kill(&node, SIGTERM);
    node.extra = "--cpus=0";
    node_start(&node);
    launch.job_id = 3;
    struct ended ended = run(launch);
    CHECK_EQUAL(2 /* LAUNCH_FAILED */, ended.flags);
    CHECK_EQUAL(3, ended.failed_step);
    CHECK(strncmp(ended.text, "find the CPUs of the cores", 26) == 0);
    node_destroy(&node);
}

static void coresAreThoseOfTheOrder(void) {
    static const uint16_t first[] = {0};
    static const uint16_t missing[] = {4000};
    node_create(&node);
    node_start(&node);
    struct launch launch = launch_defaults(&node, 1, "#!/bin/sh\ngrep Cpus_allowed_list /proc/self/status\n");
    launch.core_count = 1;
    launch.cores = first;
    CHECK_EQUAL(0, run(launch).exit_code);
    expect_line("Cpus_allowed_list:\t");
    if (is_root()) {
        expect_line("Cpus_allowed_list:\t0\n");
        launch.job_id = 2;
        launch.cores = missing;
        struct ended ended = run(launch);
        CHECK_EQUAL(2, ended.flags);
        CHECK_EQUAL(3, ended.failed_step);
    }
    node_destroy(&node);
}

/* The groups of ended runs are gone; also those of launches that failed half-way. */
static void noControlGroupIsLeftBehind(void) {
    char base[PATH_BYTES] = "";
    static const char *const roots[] = {"/sys/fs/cgroup/unified", "/sys/fs/cgroup/memory", "/sys/fs/cgroup/pids",
                                        "/sys/fs/cgroup/cpuset", "/sys/fs/cgroup"};
    node_create(&node);
    node_start(&node);
    struct launch launch = launch_defaults(&node, 1, "#!/bin/sh\ngrep -h queqiao- /proc/self/cgroup\n");
    run(launch);
    const char *at = strstr(output, "/queqiao-");
    CHECK((at != NULL) == is_root());
    if (at != NULL) {
        snprintf(base, sizeof base, "%.*s", 25, at);
        launch.job_id = 2;
        launch.work_dir = "/nonexistent";
        CHECK_EQUAL(2, run(launch).flags);
        static const uint16_t missing[] = {4000};
        launch.job_id = 3;
        launch.core_count = 1;
        launch.cores = missing;
        CHECK_EQUAL(2, run(launch).flags);
    }
    node_kill(&node, SIGTERM);
    node_start(&node);
    for (size_t i = 0; at != NULL && i < sizeof roots / sizeof *roots; i++) {
        char path[PATH_BYTES * 2];
        snprintf(path, sizeof path, "%s%s", roots[i], base);
        DIR *directory = opendir(path);
        const struct dirent *entry = NULL;
        while (directory != NULL && (entry = readdir(directory)) != NULL) {
            bool is_group = entry->d_type == DT_DIR && entry->d_name[0] != '.';
            if (is_group) {
                fprintf(stderr, "left: %s/%s\n", path, entry->d_name);
            }
            CHECK(!is_group);
        }
        if (directory != NULL) {
            closedir(directory);
        }
    }
    node_destroy(&node);
}

static void await_absence(const char *path) {
    for (int i = 0; i < 1000 && access(path, F_OK) == 0; i++) {
        poll(NULL, 0, 10);
    }
    CHECK(access(path, F_OK) != 0);
}

static void privateTmpIsRefusedForDataBelowTmp(void) {
    char errors[1024];
    setenv("TMPDIR", "/tmp", 1);
    node_create(&node);
    node.extra = "--private-tmp";
    CHECK_EQUAL(1, node_try_start(&node, errors, sizeof errors));
    CHECK(strstr(errors, is_root() ? "must not be below /tmp" : "needs root") != NULL);
    node.extra = NULL;
    node_start(&node);
    node_destroy(&node);
}

/* Only root can mount; the test above shows that an ordinary user gets the reason instead. */
static void privateTmpIsTheJobsOwnAndIsRemoved(void) {
    char path[PATH_BYTES];
    char probe[64];
    char script[256];
    setenv("TMPDIR", "/var/tmp", 1);
    node_create(&node);
    node.extra = is_root() ? "--private-tmp" : NULL;
    node_start(&node);
    snprintf(probe, sizeof probe, "/tmp/queqiao-probe-%d", (int)getpid());
    snprintf(script, sizeof script, "#!/bin/sh\nmkdir -p %s/a && ln -s /etc %s/etc && ls %s; ls -d /tmp/*\n", probe, probe,
             probe);
    struct launch launch = launch_defaults(&node, 1, is_root() ? script : "#!/bin/sh\necho a; echo etc\n");
    CHECK_EQUAL(0, run(launch).exit_code);
    expect_line("a\netc\n");
    if (is_root()) {
        char expected[128];
        snprintf(expected, sizeof expected, "a\netc\n%s\n", probe);
        CHECK(strcmp(output, expected) == 0);
        snprintf(path, sizeof path, "%.400s/runs/1.1.tmp", node.data);
        /* The record comes first; the monitor then tidies up, which its end proves. */
        CHECK_EQUAL(0, request_forget(&node, 1));
        await_absence(path);
        CHECK(access("/etc/passwd", F_OK) == 0);
    }
    CHECK(access(probe, F_OK) != 0);
    node_destroy(&node);
}

static void privateTmpWithClosedAndDeepFoldersIsRemoved(void) {
    char path[PATH_BYTES];
    setenv("TMPDIR", "/var/tmp", 1);
    node_create(&node);
    node.extra = is_root() ? "--private-tmp" : NULL;
    node_start(&node);
    struct launch launch = launch_defaults(
        &node, 1,
        is_root() ? "#!/bin/sh\nmkdir -p /tmp/read/in /tmp/none/in /tmp/deep.0/in\ntouch /tmp/read/in/file /tmp/none/in/file\n"
                    "chmod 0555 /tmp/read/in /tmp/read\nchmod 0 /tmp/none/in /tmp/none\ncd /tmp\n"
                    "for i in $(seq 450); do mkdir d && cd d || exit 1; done\ntouch file\nchmod 0555 .\n"
                  : "#!/bin/sh\n");
    CHECK_EQUAL(0, run(launch).exit_code);
    snprintf(path, sizeof path, "%.400s/runs/1.1.tmp", node.data);
    CHECK_EQUAL(0, request_forget(&node, 1));
    await_absence(path);
    node_destroy(&node);
}

static void privateTmpOfAnotherJobOfTheUserIsClosed(void) {
    char path[PATH_BYTES];
    char script[PATH_BYTES + 64];
    setenv("TMPDIR", "/var/tmp", 1);
    node_create(&node);
    node.extra = is_root() ? "--private-tmp" : NULL;
    node_start(&node);
    struct launch launch = launch_defaults(
        &node, 1, is_root() ? "#!/bin/sh\necho secret >/tmp/secret\necho up >up\nsleep 60\n" : "#!/bin/sh\necho up >up\n");
    launch.stdout_path = "/dev/null";
    struct reply reply = request_launch(&node, &launch);
    CHECK_EQUAL(1, reply.status);
    reply_free(&reply);
    await_file(work_path(&node, "up", path));
    if (is_root()) {
        snprintf(path, sizeof path, "%.400s/runs/1.1.tmp/tmp/secret", node.data);
        CHECK(access(path, F_OK) == 0);
    }
    snprintf(script, sizeof script, "#!/bin/sh\ncat %s || echo closed\n", path);
    CHECK_EQUAL(0, run(launch_defaults(&node, 2, is_root() ? script : "#!/bin/sh\necho closed\n")).exit_code);
    expect_line("closed\n");
    CHECK(strstr(output, "secret\n") == NULL);
    if (is_root()) {
        reply = request_signal(&node, 1, SIGKILL, 0);
        CHECK_EQUAL(0, reply.status);
        reply_free(&reply);
        await_end(&node, 1);
    }
    node_destroy(&node);
}

/* Its files are where it says they are, which is not in a folder that begins empty. */
static void jobThatWorksBelowTmpHasTheTmpOfTheNode(void) {
    char folder[] = "/tmp/queqiao-work-XXXXXX";
    char out[64];
    setenv("TMPDIR", "/var/tmp", 1);
    node_create(&node);
    node.extra = is_root() ? "--private-tmp" : NULL;
    node_start(&node);
    CHECK(mkdtemp(folder) != NULL && (!is_root() || chown(folder, TEST_UID, TEST_GID) == 0));
    snprintf(out, sizeof out, "%s/out", folder);
    struct launch launch = launch_defaults(&node, 1, "#!/bin/sh\npwd\n");
    launch.work_dir = folder;
    launch.stdout_path = out;
    struct reply reply = request_launch(&node, &launch);
    CHECK_EQUAL(1, reply.status);
    reply_free(&reply);
    CHECK_EQUAL(0, await_end(&node, 1).exit_code);
    CHECK(access(out, F_OK) == 0 && unlink(out) == 0 && rmdir(folder) == 0);
    node_destroy(&node);
}

static void jobThatALinkLeadsBelowTmpHasTheTmpOfTheNode(void) {
    char folder[] = "/tmp/queqiao-work-XXXXXX";
    char link[PATH_BYTES];
    char out[PATH_BYTES];
    setenv("TMPDIR", "/var/tmp", 1);
    node_create(&node);
    node.extra = is_root() ? "--private-tmp" : NULL;
    node_start(&node);
    CHECK(mkdtemp(folder) != NULL && (!is_root() || chown(folder, TEST_UID, TEST_GID) == 0));
    CHECK(symlink(folder, work_path(&node, "link", link)) == 0);
    struct launch launch = launch_defaults(&node, 1, "#!/bin/sh\npwd -P >where\n");
    launch.work_dir = link;
    CHECK_EQUAL(0, run(launch).exit_code);
    snprintf(out, sizeof out, "%s/where", folder);
    CHECK(access(out, F_OK) == 0 && unlink(out) == 0);
    launch = launch_defaults(&node, 2, "#!/bin/sh\npwd\n");
    char file[PATH_BYTES + 8];
    snprintf(file, sizeof file, "%s/out", link);
    launch.stdout_path = file;
    struct reply reply = request_launch(&node, &launch);
    CHECK_EQUAL(1, reply.status);
    reply_free(&reply);
    CHECK_EQUAL(0, await_end(&node, 2).exit_code);
    snprintf(out, sizeof out, "%s/out", folder);
    CHECK(access(out, F_OK) == 0 && unlink(out) == 0 && rmdir(folder) == 0);
    node_destroy(&node);
}

/* The tombstone of the first run has had its time. */
static void let_the_first_tombstone_expire(void) {
    char path[PATH_BYTES];
    uint8_t intent[64];
    snprintf(path, sizeof path, "%.400s/runs/intents", node.data);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    CHECK(fd >= 0 && pread(fd, intent, sizeof intent, 0) == (ssize_t)sizeof intent);
    CHECK_EQUAL(1, get64(intent + 8));
    put64(intent + 24, 0);
    put32(intent + 60, crc32_of(intent, 56));
    CHECK(pwrite(fd, intent, sizeof intent, 0) == (ssize_t)sizeof intent && close(fd) == 0);
}

/* One goes with its tombstone, one is of a run that nobody knows; as the user, never through a link. */
static void privateTmpOfALostMonitorIsRemovedLater(void) {
    char lost[PATH_BYTES];
    char stray[PATH_BYTES];
    char kept[PATH_BYTES];
    char path[PATH_BYTES];
    setenv("TMPDIR", "/var/tmp", 1);
    node_create(&node);
    node.extra = is_root() ? "--private-tmp" : NULL;
    node_start(&node);
    struct launch launch = launch_defaults(
        &node, 1, "#!/bin/sh\nmkdir -p /tmp/queqiao-$$/a && ln -s $PWD /tmp/queqiao-$$/b && echo >/tmp/queqiao-$$/c\n"
                  "[ $(id -u) = 61001 ] || rm -r /tmp/queqiao-$$\necho up >up\nsleep 60\n");
    struct reply reply = request_launch(&node, &launch);
    CHECK_EQUAL(1, reply.status);
    await_file(work_path(&node, "up", kept));
    CHECK(kill((pid_t)get32(reply.payload), SIGKILL) == 0);
    reply_free(&reply);
    CHECK_EQUAL(8, await_end(&node, 1).flags & 8);
    CHECK_EQUAL(0, request_forget(&node, 1));
    node_kill(&node, SIGTERM);
    snprintf(lost, sizeof lost, "%.400s/runs/1.1.tmp", node.data);
    CHECK((access(lost, F_OK) == 0) == is_root());
    snprintf(stray, sizeof stray, "%.400s/runs/9.1.tmp", node.data);
    CHECK(mkdir(stray, 0700) == 0);
    snprintf(path, sizeof path, "%.400s/runs/9.1.tmp/link", node.data);
    CHECK(symlink(node.work, path) == 0);
    CHECK(!is_root() || lchown(path, TEST_UID, TEST_GID) == 0);
    CHECK(!is_root() || chown(stray, TEST_UID, TEST_GID) == 0);
    let_the_first_tombstone_expire();
    node_start(&node);
    CHECK_EQUAL(0, listed_state(&node, 1));
    if (is_root()) {
        await_absence(stray);
    }
    await_absence(lost);
    CHECK(access(kept, F_OK) == 0);
    node_destroy(&node);
}

static const struct test tests[] = {
    TEST(jobHasExactlyItsUsersIdentity),
    TEST(nameServiceIsAskedWithoutRoot),
    TEST(jobInheritsNoDescriptor),
    TEST(scriptsAndRunsOfOthersAreClosed),
    TEST(memoryLimitKillsAndIsNamed),
    TEST(processLimitHoldsAgainstAForkBomb),
    TEST(coresAreThoseOfTheOrder),
    TEST(coreIsTheCpusThatTheNodeSays),
    TEST(noControlGroupIsLeftBehind),
    TEST(privateTmpIsRefusedForDataBelowTmp),
    TEST(privateTmpIsTheJobsOwnAndIsRemoved),
    TEST(privateTmpWithClosedAndDeepFoldersIsRemoved),
    TEST(privateTmpOfAnotherJobOfTheUserIsClosed),
    TEST(jobThatWorksBelowTmpHasTheTmpOfTheNode),
    TEST(jobThatALinkLeadsBelowTmpHasTheTmpOfTheNode),
    TEST(privateTmpOfALostMonitorIsRemovedLater),
};

int main(int count, char **arguments) {
    return run_tests(count, arguments, tests, sizeof tests / sizeof *tests);
}
