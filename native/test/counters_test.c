/* What is counted of a run, beside what GNU time and perf say of the same program. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "counters.h"
#include "fault.h"
#include "harness.h"
#include "shim.h"

/* A program whose figures hardly differ from one time to the next: it computes, and touches 64 MiB. */
#define PROGRAM                                                                                     \
    "#!/bin/sh\n"                                                                                   \
    "cat > work.awk <<'END'\n"                                                                      \
    "BEGIN { s = sprintf(\"%64000000s\", \"\"); n = length(s); for (i = 0; i < 22000000; i++) x += i % 7; print n, x }\n" \
    "END\n"

enum { TRIES = 4 };

static struct node node;

/* A machine of root has what the tests need: there a missing program is a failure. */
static bool has_program(const char *path, const char *package) {
    if (access(path, X_OK) == 0) {
        return true;
    }
    fprintf(stderr, "there is no %s: apt-get install %s\n", path, package);
    CHECK(!is_root());
    return false;
}

static bool within(uint64_t ours, uint64_t theirs, uint64_t parts_per_thousand) {
    uint64_t apart = ours > theirs ? ours - theirs : theirs - ours;
    return apart * 1000 <= theirs * parts_per_thousand;
}

static double number_in(const char *name, const char *key) {
    char path[PATH_BYTES];
    char text[4096];
    const char *found = strstr(read_text(work_path(&node, name, path), text, sizeof text), key);
    double value = -1;
    if (found != NULL) {
        sscanf(found + strlen(key), "%lf", &value);
    }
    return value;
}

/* The whole run is one exec of GNU time, so both have seen nearly the same; the shell before it is small. */
static void cpuTimeAndPeakMemoryAreThoseOfGnuTimeToAPercent(void) {
    if (!has_program("/usr/bin/time", "time")) {
        return;
    }
    node_create(&node);
    node_start(&node);
    bool near = false;
    for (uint64_t job = 1; job <= TRIES && !near; job++) {
        struct ended ended = run_script(
            &node, job, PROGRAM "exec /usr/bin/time -o time -f 'user=%U system=%S peak=%M' awk -f work.awk\n");
        CHECK_EQUAL(0, ended.exit_code);
        uint64_t theirs = (uint64_t)((number_in("time", "user=") + number_in("time", "system=")) * 1e6);
        uint64_t ours = ended.user_us + ended.system_us;
        uint64_t peak = (uint64_t)number_in("time", "peak=") * 1024;
        uint64_t largest = counter_of(&ended, COUNTER_LARGEST_PROCESS).value;
        fprintf(stderr, "CPU %" PRIu64 " us, GNU time %" PRIu64 "; peak %" PRIu64 " bytes, GNU time %" PRIu64 "\n", ours,
                theirs, largest, peak);
        /* GNU time rounds each of two figures down to 10 ms. */
        near = within(ours, theirs + 10000, 10 + 10000 * 1000 / theirs) && within(largest, peak, 10);
    }
    CHECK(near);
    node_destroy(&node);
}

static void eventsAreThoseOfPerfToTwoPercent(void) {
    static const struct {
        const char *name;
        uint16_t id;
    } compared[] = {{"cycles", COUNTER_CYCLES},         {"instructions", COUNTER_INSTRUCTIONS},
                    {"branches", COUNTER_BRANCHES},     {"task-clock", COUNTER_TASK_CLOCK},
                    {"page-faults", COUNTER_PAGE_FAULTS}};
    if (!has_program("/usr/bin/perf", "linux-perf")) {
        return;
    }
    node_create(&node);
    node_start(&node);
    bool near = false;
    for (uint64_t job = 1; job <= TRIES && !near; job++) {
        /* perf runs outside of what the job counts only if it counts the same: the job itself is perf's child. */
        struct ended ended = run_script(&node, job,
                                        PROGRAM "exec perf stat -x, -o perf -e "
                                                "cycles,instructions,branches,task-clock,page-faults awk -f work.awk\n");
        CHECK_EQUAL(0, ended.exit_code);
        near = true;
        for (size_t i = 0; i < sizeof compared / sizeof *compared; i++) {
            char path[PATH_BYTES];
            char text[4096];
            char key[64];
            struct counted ours = counter_of(&ended, compared[i].id);
            snprintf(key, sizeof key, ",%s", compared[i].name);
            read_text(work_path(&node, "perf", path), text, sizeof text);
            char *line = strstr(text, key);
            CHECK(line != NULL);
            while (line > text && line[-1] != '\n') {
                line--;
            }
            double theirs = 0;
            if (sscanf(line, "%lf", &theirs) != 1) {
                fprintf(stderr, "%s: perf says %.20s, we say state %u\n", compared[i].name, line, ours.state);
                CHECK(ours.state >= COUNTER_UNSUPPORTED || ours.state == COUNTER_USER_ONLY);
                continue;
            }
            theirs *= strcmp(compared[i].name, "task-clock") == 0 ? 1e6 : 1;
            fprintf(stderr, "%s: %" PRIu64 ", perf %.0f\n", compared[i].name, ours.value, theirs);
            CHECK(ours.state < COUNTER_UNSUPPORTED);
            /* The start of shell, cat and perf is in ours alone: a fixed number of faults and a few ms. */
            bool faults = compared[i].id == COUNTER_PAGE_FAULTS;
            near &= ours.value >= (uint64_t)theirs && (faults || within(ours.value, (uint64_t)theirs, 20));
        }
    }
    CHECK(near);
    node_destroy(&node);
}

static void whatARunReadAndWroteIsCountedWithItsChildren(void) {
    if (!is_root()) {
        return;
    }
    node_create(&node);
    node_start(&node);
    struct ended ended =
        run_script(&node, 1, "#!/bin/sh\nhead -c 5000000 /dev/zero > big\n(sh -c 'cat big > /dev/null')\n");
    CHECK_EQUAL(0, ended.exit_code);
    struct counted got = counter_of(&ended, COUNTER_READ_BYTES);
    struct counted put = counter_of(&ended, COUNTER_WRITTEN_BYTES);
    CHECK_EQUAL(COUNTER_EXACT, got.state);
    CHECK(got.value >= 10000000 && got.value < 10500000);
    CHECK(put.value >= 10000000 && put.value < 10500000);
    node_destroy(&node);
}

static void anEventThatCannotBeOpenedIsMissingAndTheRunGoesOn(void) {
    char path[PATH_BYTES];
    struct fault fault = {.name = "perf_event_open", .calls_left = 1};
    node_create(&node);
    node.program = FAULT_LAUNCHER;
    node_start(&node);
    snprintf(path, sizeof path, "%.400s/fault", node.data);
    FILE *file = fopen(path, "we");
    CHECK(file != NULL && fwrite(&fault, sizeof fault, 1, file) == 1 && fclose(file) == 0);
    struct ended ended = run_script(&node, 1, "#!/bin/sh\necho ran\n");
    CHECK_EQUAL(0, ended.flags);
    CHECK_EQUAL(0, ended.exit_code);
    int failed = 0;
    for (uint32_t i = 0; i < ended.counter_count; i++) {
        failed += ended.counters[i].state == COUNTER_FAILED && ended.counters[i].cause == 5;
    }
    CHECK_EQUAL(1, failed);
    node_destroy(&node);
}

/* By the makers' tables of events: an Ice Lake and a Haswell Xeon, three Zen processors, Neoverse V1 and A64FX, and others. */
static void floatingPointEventsAreThoseOfTheProcessor(void) {
    static const struct {
        const char *maker;
        unsigned family, model;
        uint64_t events[5];
    } processors[] = {{"GenuineIntel", 6, 106, {0x03c7, 0x04c7, 0x18c7, 0x60c7, 0x80c7}},
                      {"GenuineIntel", 6, 63, {0}},
                      {"GenuineIntel", 15, 106, {0}},
                      {"AuthenticAMD", 0x17, 0x01, {0xff03}},
                      {"AuthenticAMD", 0x17, 0x31, {0x0f03}},
                      {"AuthenticAMD", 0x19, 0x11, {0x0f03}},
                      {"AuthenticAMD", 0x15, 0x02, {0}},
                      {"arm", 0x41, 0xd40, {0x80c1, 0x80c0}},
                      {"arm", 0x46, 0x001, {0x80c1, 0, 0x80c0}},
                      {"arm", 0x41, 0xd0c, {0}},
                      {"arm", 0x41, 0xd4f, {0}},
                      {"arm", 0x48, 0xd01, {0}},
                      {"", 0, 0, {0}}};
    for (size_t i = 0; i < sizeof processors / sizeof *processors; i++) {
        for (int power = 0; power < 5; power++) {
            CHECK(counters_float_event(processors[i].maker, processors[i].family, processors[i].model, UINT64_C(1) << power) ==
                  processors[i].events[power]);
        }
    }
}

enum { HAND_OUT = 0x800 };

static uint32_t ask_for_handout(uint64_t job, int32_t number) {
    struct reply reply = request_signal(&node, job, HAND_OUT, (uint32_t)number);
    uint32_t status = reply.status;
    reply_free(&reply);
    return status;
}

static int32_t take_handout(uint64_t job, int32_t listener, int32_t number, int32_t *fds, int32_t *counters) {
    struct pollfd ready = {.fd = listener, .events = POLLIN};
    int64_t run[2] = {0, 0};
    CHECK_EQUAL(0, ask_for_handout(job, number));
    CHECK_EQUAL(1, poll(&ready, 1, 10000));
    int32_t count = shim_handout_take(listener, run, fds, counters);
    CHECK(run[0] == (int64_t)job && run[1] == 1);
    return count;
}

enum { NUMBER = 1 };

static char *handout_folder(char path[PATH_BYTES + 32]) {
    snprintf(path, PATH_BYTES + 32, "%s/spool/counters", node.data);
    return path;
}

static int32_t listen_in_folder(void) {
    char folder[PATH_BYTES + 32];
    int32_t fd = shim_handout_listen(handout_folder(folder), NUMBER);
    CHECK(fd >= 0);
    return fd;
}

/* The socket of the agent by a descriptor, so that a test can let in who would not get there. */
static int open_place(void) {
    char path[PATH_BYTES + 64];
    char folder[PATH_BYTES + 32];
    snprintf(path, sizeof path, "%s/%d", handout_folder(folder), NUMBER);
    int fd = open(path, O_PATH | O_CLOEXEC);
    CHECK(fd >= 0 && chmod(path, 0777) == 0);
    return fd;
}

static bool connects_to(const char *path, int *fd) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    *fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    return *fd >= 0 && connect(*fd, (struct sockaddr *)&address, sizeof address) == 0;
}

static bool becomes_other(void) {
    return setresgid(OTHER_UID, OTHER_UID, OTHER_UID) == 0 && setresuid(OTHER_UID, OTHER_UID, OTHER_UID) == 0;
}

static bool ends_well(pid_t pid) {
    int status = 0;
    return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Longer than any test, and not for ever where one fails. */
static const char busy[] = "#!/bin/sh\necho on > on\nend=$(($(date +%s) + 120))\nwhile [ $(date +%s) -lt $end ]; do (:); done\n";

static void start_busy(uint64_t job) {
    char path[PATH_BYTES];
    struct launch launch = launch_defaults(&node, job, busy);
    struct reply reply = request_launch(&node, &launch);
    CHECK_EQUAL(1, reply.status);
    reply_free(&reply);
    await_file(work_path(&node, "on", path));
}

/* A whole packet: the counter 9 of the run 1.1, with a descriptor. */
static bool says_as_a_monitor(int fd) {
    uint8_t packet[14] = {[7] = 1, [11] = 1, [13] = 9};
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec part = {packet, sizeof packet};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes};
    memset(&control, 0, sizeof control);
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
    return sendmsg(fd, &message, MSG_NOSIGNAL) == (ssize_t)sizeof packet;
}

/* The folder is the agent's alone, so nobody else can fill its queue, and who stands in its place is told nothing. */
static void anotherUserNeitherGetsToTheAgentNorInItsPlace(void) {
    int32_t fds[SHIM_MAX_HANDED];
    int32_t counters[SHIM_MAX_HANDED];
    int64_t run[2];
    char folder[PATH_BYTES + 32];
    char path[PATH_BYTES + 64];
    char by_descriptor[64];
    int own_end = -1;
    int told[2];
    if (!is_root()) {
        return;
    }
    node_create(&node);
    node_start(&node);
    start_busy(1);
    int32_t own = listen_in_folder();
    int place = open_place();
    snprintf(path, sizeof path, "%s/%d", handout_folder(folder), NUMBER);
    snprintf(by_descriptor, sizeof by_descriptor, "/proc/self/fd/%d", place);
    /* Of a user who may have monitors it is taken. */
    CHECK(connects_to(path, &own_end) && says_as_a_monitor(own_end));
    CHECK_EQUAL(1, shim_handout_take(own, run, fds, counters));
    CHECK(run[0] == 1 && run[1] == 1 && counters[0] == COUNTER_TASK_CLOCK);
    shim_close(fds[0]);
    shim_close(own_end);
    pid_t other = fork();
    CHECK(other >= 0);
    if (other == 0) {
        /* Not by the path, not in the agent's folder; let in all the same, it says that it is a monitor. */
        int fd = -1;
        bool good = becomes_other() && !connects_to(path, &fd) && errno == EACCES &&
                    shim_handout_listen(folder, NUMBER + 1) == -EACCES && connects_to(by_descriptor, &fd) &&
                    says_as_a_monitor(fd);
        _exit(good ? 0 : 1);
    }
    CHECK(ends_well(other));
    CHECK_EQUAL(0, shim_handout_take(own, run, fds, counters));
    CHECK_EQUAL(-EAGAIN, shim_handout_take(own, run, fds, counters));
    shim_close(own);
    /* Who listens counts, not whose the file is. */
    CHECK(pipe(told) == 0);
    other = fork();
    CHECK(other >= 0);
    if (other == 0) {
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
        snprintf(address.sun_path, sizeof address.sun_path, "%.100s", path);
        bool good = strlen(path) <= 100 && unlink(path) == 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0 &&
                    becomes_other() && listen(fd, 4) == 0 && write(told[1], "", 1) == 1;
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        good = good && poll(&ready, 1, 10000) == 1;
        int monitor = good ? accept4(fd, NULL, NULL, SOCK_CLOEXEC) : -1;
        char byte = 0;
        /* It connects and finds out. */
        _exit(monitor >= 0 && recv(monitor, &byte, 1, 0) == 0 ? 0 : 1);
    }
    char byte = 1;
    CHECK(read(told[0], &byte, 1) == 1);
    CHECK_EQUAL(0, ask_for_handout(1, NUMBER));
    CHECK(ends_well(other));
    close(told[0]);
    close(told[1]);
    shim_close(place);
    node_destroy(&node);
}

/* A folder that others enter, or that is another's, is none. */
static void theAgentListensInAFolderOfItsOwnAlone(void) {
    char folder[PATH_BYTES + 32];
    char link[PATH_BYTES + 64];
    node_create(&node);
    node_start(&node);
    handout_folder(folder);
    snprintf(link, sizeof link, "%s/link", node.data);
    CHECK(symlink(folder, link) == 0);
    CHECK_EQUAL(-ENOTDIR, shim_handout_listen(link, NUMBER));
    CHECK(chmod(folder, 0710) == 0);
    CHECK_EQUAL(-EPERM, shim_handout_listen(folder, NUMBER));
    /* The launcher puts it right, as it does its other folders. */
    node_kill(&node, SIGKILL);
    node_start(&node);
    int32_t first = listen_in_folder();
    /* The socket of an agent that is gone is in nobody's way. */
    shim_close(first);
    shim_close(listen_in_folder());
    if (is_root()) {
        CHECK(chown(folder, OTHER_UID, OTHER_UID) == 0);
        CHECK_EQUAL(-EPERM, shim_handout_listen(folder, NUMBER));
    }
    CHECK(unlink(link) == 0);
    node_destroy(&node);
}

/* Series are worth less than runs. It is as it was again when what was in the way is gone. */
static void launcherStartsWithoutSeriesWhereItsFolderCannotBeMade(void) {
    char folder[PATH_BYTES + 32];
    char spool[PATH_BYTES + 32];
    struct stat status;
    node_create(&node);
    snprintf(spool, sizeof spool, "%s/spool", node.data);
    CHECK(mkdir(spool, 0750) == 0);
    int fd = open(handout_folder(folder), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    CHECK(fd >= 0 && close(fd) == 0);
    node_start(&node);
    CHECK(strstr(node.said, "queqiao-launcher: no series of runs: ") == node.said);
    CHECK(strstr(node.said, strerror(ENOTDIR)) != NULL);
    CHECK_EQUAL(7, run_script(&node, 1, "#!/bin/sh\nexit 7\n").exit_code);
    CHECK(lstat(folder, &status) == 0 && S_ISREG(status.st_mode));
    node_kill(&node, SIGTERM);
    CHECK(unlink(folder) == 0);
    node_start(&node);
    CHECK_EQUAL(0, node.said[0]);
    shim_close(listen_in_folder());
    node_destroy(&node);
}

/* What lies in the agent's folder is of its making: no link of its leads root to another socket. */
static void theMonitorFollowsNoLinkOfTheAgent(void) {
    char folder[PATH_BYTES + 32];
    char path[PATH_BYTES + 64];
    char elsewhere[PATH_BYTES + 64];
    if (!is_root()) {
        return;
    }
    node_create(&node);
    node_start(&node);
    start_busy(1);
    int32_t own = listen_in_folder();
    struct pollfd ready = {.fd = own, .events = POLLIN};
    snprintf(path, sizeof path, "%s/%d", handout_folder(folder), NUMBER);
    snprintf(elsewhere, sizeof elsewhere, "%s/elsewhere", node.data);
    CHECK(rename(path, elsewhere) == 0 && symlink(elsewhere, path) == 0);
    CHECK_EQUAL(0, ask_for_handout(1, NUMBER));
    CHECK_EQUAL(0, poll(&ready, 1, 500));
    CHECK(rename(elsewhere, path) == 0);
    CHECK_EQUAL(0, ask_for_handout(1, NUMBER));
    CHECK_EQUAL(1, poll(&ready, 1, 10000));
    shim_close(own);
    node_destroy(&node);
}

static void theAgentFollowsTheCountersOfALivingRunWithoutAPrivilege(void) {
    int32_t fds[SHIM_MAX_HANDED];
    int32_t counters[SHIM_MAX_HANDED];
    int64_t run[2];
    int64_t before[SHIM_MAX_HANDED];
    int64_t after[SHIM_MAX_HANDED];
    if (!is_root()) {
        return;
    }
    node_create(&node);
    node_start(&node);
    start_busy(1);
    int32_t listener = listen_in_folder();
    CHECK_EQUAL(-EAGAIN, shim_handout_take(listener, run, fds, counters));
    /* Of a run that is not there there is nothing to hand out. */
    CHECK_EQUAL(4, ask_for_handout(2, NUMBER));
    int32_t count = take_handout(1, listener, NUMBER, fds, counters);
    CHECK(count >= 5);
    CHECK_EQUAL(count, shim_handout_read(count, fds, counters, before));
    pid_t reader = fork();
    CHECK(reader >= 0);
    if (reader == 0) {
        /* Whoever has the descriptors may read them, also as somebody else. */
        struct timespec pause = {0, 300 * 1000 * 1000};
        bool good = setresgid(OTHER_UID, OTHER_UID, OTHER_UID) == 0 && setresuid(OTHER_UID, OTHER_UID, OTHER_UID) == 0 &&
                    nanosleep(&pause, NULL) == 0 && shim_handout_read(count, fds, counters, after) == count;
        for (int32_t i = 0; i < count; i++) {
            bool rises = counters[i] == COUNTER_TASK_CLOCK || counters[i] == COUNTER_PAGE_FAULTS;
            good &= rises ? after[i] > before[i] : after[i] >= 0;
        }
        _exit(good ? 0 : 1);
    }
    int status = 0;
    CHECK(waitpid(reader, &status, 0) == reader && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    struct reply reply = request_signal(&node, 1, 9, 0);
    CHECK_EQUAL(0, reply.status);
    reply_free(&reply);
    struct ended ended = await_end(&node, 1);
    /* All but the three files of its groups: the monitor removes these once the record is durable, and nobody tells. */
    const struct timespec pause = {0, 5 * 1000 * 1000};
    int32_t read_after = shim_handout_read(count, fds, counters, after);
    for (int looks = 0; read_after != count - 3 && looks < 2000; looks++) {
        nanosleep(&pause, NULL);
        read_after = shim_handout_read(count, fds, counters, after);
    }
    CHECK_EQUAL(count - 3, read_after);
    for (int32_t i = 0; i < count; i++) {
        if (counters[i] == COUNTER_TASK_CLOCK || counters[i] == COUNTER_SENT_BYTES) {
            CHECK_EQUAL(counter_of(&ended, (uint16_t)counters[i]).value, after[i]);
        }
        shim_close(fds[i]);
    }
    CHECK_EQUAL(5, ask_for_handout(1, NUMBER));
    CHECK_EQUAL(-EAGAIN, shim_handout_take(listener, run, fds, counters));
    shim_close(listener);
    node_destroy(&node);
}

/* Takes all places of the queue there, and keeps them. */
static pid_t fill_abstract(int32_t number) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int length = snprintf(address.sun_path + 1, sizeof address.sun_path - 1, HANDOUT_NAME, (unsigned)number);
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
    int told[2];
    char byte = 0;
    CHECK(pipe(told) == 0);
    pid_t parent = getpid();
    pid_t other = fork();
    CHECK(other >= 0);
    if (other == 0) {
        const struct rlimit many = {8192, 8192};
        /* A change of the user takes back by whose death it ends. */
        bool good = setrlimit(RLIMIT_NOFILE, &many) == 0 && becomes_other() && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 &&
                    getppid() == parent;
        while (good) {
            int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
            good = fd >= 0 && connect(fd, (const struct sockaddr *)&address, size) == 0;
        }
        _exit(errno == EAGAIN && write(told[1], "", 1) == 1 && pause() == 0 ? 0 : 1);
    }
    close(told[1]);
    CHECK(read(told[0], &byte, 1) == 1);
    close(told[0]);
    return other;
}

static void check_handed_out(uint64_t job, int32_t listener, int32_t number) {
    int32_t fds[SHIM_MAX_HANDED];
    int32_t counters[SHIM_MAX_HANDED];
    int32_t count = take_handout(job, listener, number, fds, counters);
    CHECK(count >= 5);
    for (int32_t i = 0; i < count; i++) {
        shim_close(fds[i]);
    }
}

/*
 * It lives on under the new launcher, and knows the abstract address alone. Who fills that takes nothing from new ones,
 * which are never there, and those of before are served once it is empty again.
 */
static void aMonitorFromBeforeAnUpgradeIsServedWhereItLooks(void) {
    int32_t fds[SHIM_MAX_HANDED];
    int32_t counters[SHIM_MAX_HANDED];
    int64_t run[2];
    int32_t number = 0;
    int32_t beside_number = 0;
    if (!is_root()) {
        return;
    }
    node_create(&node);
    node.program = OLDER_LAUNCHER;
    node_start(&node);
    start_busy(1);
    node_kill(&node, SIGKILL);
    node.program = NULL;
    node_start(&node);
    start_busy(2);
    int32_t own = listen_in_folder();
    int32_t older = shim_handout_listen_abstract(&number);
    int32_t beside = shim_handout_listen_abstract(&beside_number);
    CHECK(older >= 0 && number >= 0 && number < 3600000 && beside >= 0);
    /* A monitor does one thing after the other: what it hands out says that it has looked where it was asked to before. */
    struct pollfd ready = {.fd = own, .events = POLLIN};
    CHECK_EQUAL(0, ask_for_handout(1, NUMBER));
    check_handed_out(1, beside, beside_number);
    CHECK_EQUAL(0, poll(&ready, 1, 0));
    pid_t other = fill_abstract(number);
    check_handed_out(2, own, NUMBER);
    CHECK_EQUAL(0, ask_for_handout(1, number));
    check_handed_out(1, beside, beside_number);
    int32_t taken = 0;
    while ((taken = shim_handout_take(older, run, fds, counters)) == 0) {
    }
    CHECK_EQUAL(-EAGAIN, taken);
    CHECK(kill(other, SIGKILL) == 0 && waitpid(other, NULL, 0) == other);
    check_handed_out(1, older, number);
    ready.fd = older;
    CHECK_EQUAL(0, ask_for_handout(2, number));
    check_handed_out(2, own, NUMBER);
    CHECK_EQUAL(0, poll(&ready, 1, 0));
    CHECK_EQUAL(-EAGAIN, shim_handout_take(older, run, fds, counters));
    shim_close(own);
    shim_close(older);
    shim_close(beside);
    node_destroy(&node);
}

enum { STREAM_BYTES = 4000000, DATAGRAMS = 1000, DATAGRAM_BYTES = 1000, UDP_HEADERS = 28, TCP_HEADERS = 60 };

/* To itself by the loopback: a stream, then datagrams. */
static int send_to_itself(void) {
    static char bytes[32768];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int datagrams = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (bind(listener, (struct sockaddr *)&address, length) != 0 || listen(listener, 1) != 0 ||
        bind(datagrams, (struct sockaddr *)&address, length) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) != 0) {
        return 1;
    }
    if (fork() == 0) {
        int out = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        size_t left = connect(out, (struct sockaddr *)&address, length) == 0 ? STREAM_BYTES : 0;
        while (left > 0) {
            ssize_t sent = write(out, bytes, left < sizeof bytes ? left : sizeof bytes);
            left = sent <= 0 ? 0 : left - (size_t)sent;
        }
        _exit(0);
    }
    int in = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    size_t taken = 0;
    ssize_t got = 0;
    while ((got = read(in, bytes, sizeof bytes)) > 0) {
        taken += (size_t)got;
    }
    if (taken != STREAM_BYTES || getsockname(datagrams, (struct sockaddr *)&address, &length) != 0) {
        return 2;
    }
    for (int i = 0; i < DATAGRAMS; i++) {
        if (sendto(datagrams, bytes, DATAGRAM_BYTES, 0, (struct sockaddr *)&address, length) != DATAGRAM_BYTES ||
            recv(datagrams, bytes, sizeof bytes, 0) != DATAGRAM_BYTES) {
            return 3;
        }
    }
    return 0;
}

static const char *program;

/* This program, where the user of a job may execute it. */
static void make_sender(const char *option, char *script, size_t capacity) {
    char path[PATH_BYTES];
    char command[3 * PATH_BYTES];
    work_path(&node, "sender", path);
    snprintf(command, sizeof command, "cp %.450s %s && chmod 755 %s", program, path, path);
    CHECK(system(command) == 0);
    snprintf(script, capacity, "#!/bin/sh\n./sender %s || exit 9\n", option);
}

/* Of a packet of the loopback both directions are the run's. */
static void bytesOfTheNetworkAreThoseOfTheRunWithTheirHeaders(void) {
    char script[256];
    node_create(&node);
    node_start(&node);
    make_sender("--send", script, sizeof script);
    struct ended ended = run_script(&node, 1, script);
    CHECK_EQUAL(0, ended.exit_code);
    struct counted received = counter_of(&ended, COUNTER_RECEIVED_BYTES);
    struct counted sent = counter_of(&ended, COUNTER_SENT_BYTES);
    if (!is_root()) {
        CHECK_EQUAL(COUNTER_UNSUPPORTED, received.state);
        CHECK_EQUAL(COUNTER_UNSUPPORTED, sent.state);
        node_destroy(&node);
        return;
    }
    uint64_t least = STREAM_BYTES + DATAGRAMS * (DATAGRAM_BYTES + UDP_HEADERS);
    /* A segment of the stream has at least 1,448 bytes, and an answer. */
    uint64_t most = least + 2 * (STREAM_BYTES / 1448 + 20) * TCP_HEADERS;
    fprintf(stderr, "received %" PRIu64 ", sent %" PRIu64 ", between %" PRIu64 " and %" PRIu64 "\n", received.value,
            sent.value, least, most);
    CHECK_EQUAL(COUNTER_EXACT, received.state);
    CHECK_EQUAL(COUNTER_EXACT, sent.state);
    CHECK(received.value >= least && received.value <= most);
    CHECK(sent.value >= least && sent.value <= most);
    ended = run_script(&node, 2, "#!/bin/sh\n:\n");
    CHECK_EQUAL(0, counter_of(&ended, COUNTER_RECEIVED_BYTES).value);
    CHECK_EQUAL(0, counter_of(&ended, COUNTER_SENT_BYTES).value);
    node_destroy(&node);
}

/* Map, freeze, and for each direction the program and its place: each of them fails once. */
static void trafficThatCannotBeCountedIsMissingAndTheRunGoesOn(void) {
    enum { CALLS = 6 };
    char path[PATH_BYTES];
    if (!is_root()) {
        return;
    }
    node_create(&node);
    node.program = FAULT_LAUNCHER;
    node_start(&node);
    snprintf(path, sizeof path, "%.400s/fault", node.data);
    for (int call = 1; call <= CALLS + 1; call++) {
        struct fault fault = {.name = "bpf", .calls_left = call};
        FILE *file = fopen(path, "we");
        CHECK(file != NULL && fwrite(&fault, sizeof fault, 1, file) == 1 && fclose(file) == 0);
        struct ended ended = run_script(&node, (uint64_t)call, "#!/bin/sh\necho ran\n");
        CHECK_EQUAL(0, ended.flags);
        CHECK_EQUAL(0, ended.exit_code);
        struct counted sent = counter_of(&ended, COUNTER_SENT_BYTES);
        CHECK_EQUAL(call <= CALLS ? COUNTER_FAILED : COUNTER_EXACT, sent.state);
        CHECK_EQUAL(call <= CALLS ? EIO : 0, sent.cause);
    }
    node_destroy(&node);
}

static int64_t map_of(int fd) {
    char path[64];
    char text[1024];
    snprintf(path, sizeof path, "/proc/self/fdinfo/%d", fd);
    const char *found = strstr(read_text(path, text, sizeof text), "map_id:");
    return found == NULL ? -1 : strtoll(found + 7, NULL, 10);
}

static bool map_lives(int64_t map) {
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.map_id = (uint32_t)map;
    int fd = (int)syscall(SYS_bpf, BPF_MAP_GET_FD_BY_ID, &attributes, sizeof attributes);
    CHECK(fd >= 0 || errno == ENOENT);
    if (fd >= 0) {
        close(fd);
    }
    return fd >= 0;
}

/* A program holds its map, so what ends the map has ended the programs. */
static void nothingOfItIsLeftOnceTheGroupAndTheLastDescriptorAreGoneAndNobodyCanWriteIt(void) {
    char path[PATH_BYTES];
    int32_t fds[SHIM_MAX_HANDED];
    int32_t counters[SHIM_MAX_HANDED];
    int64_t map = -1;
    if (!is_root()) {
        return;
    }
    node_create(&node);
    node_start(&node);
    struct launch launch = launch_defaults(&node, 1, "#!/bin/sh\necho on > on\nsleep 100\n");
    struct reply reply = request_launch(&node, &launch);
    CHECK_EQUAL(1, reply.status);
    reply_free(&reply);
    await_file(work_path(&node, "on", path));
    int32_t listener = listen_in_folder();
    int32_t count = take_handout(1, listener, NUMBER, fds, counters);
    shim_close(listener);
    int found = 0;
    for (int32_t i = 0; i < count; i++) {
        if (counters[i] == COUNTER_RECEIVED_BYTES || counters[i] == COUNTER_SENT_BYTES) {
            found++;
            map = map_of(fds[i]);
            CHECK(mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fds[i], 0) == MAP_FAILED);
            CHECK_EQUAL(EPERM, errno);
        }
    }
    CHECK_EQUAL(2, found);
    CHECK(map > 0);
    reply = request_signal(&node, 1, 9, 0);
    reply_free(&reply);
    await_end(&node, 1);
    CHECK(map_lives(map));
    for (int32_t i = 0; i < count; i++) {
        shim_close(fds[i]);
    }
    /* The kernel takes its time to let go of programs. */
    uint64_t until_ms = now_ms() + 20000;
    while (map_lives(map)) {
        struct timespec pause = {0, 20 * 1000 * 1000};
        CHECK(now_ms() < until_ms);
        nanosleep(&pause, NULL);
    }
    node_destroy(&node);
}

static void whatNeverRanHasNoCounters(void) {
    node_create(&node);
    node_start(&node);
    struct launch launch = launch_defaults(&node, 1, "#!/bin/sh\n:\n");
    launch.work_dir = "/nonexistent";
    struct reply reply = request_launch(&node, &launch);
    CHECK_EQUAL(1, reply.status);
    reply_free(&reply);
    struct ended ended = await_end(&node, 1);
    CHECK_EQUAL(0, ended.counter_count);
    node_destroy(&node);
}

static void check_told(const uint64_t read[3], int64_t value, int64_t state, int64_t cause) {
    int ends[2];
    int64_t told[SHIM_EVENT_FIELDS] = {-1, -1, -1};
    CHECK(pipe(ends) == 0);
    CHECK(write(ends[1], read, 3 * sizeof read[0]) == (ssize_t)(3 * sizeof read[0]));
    shim_event_read(ends[0], told);
    CHECK_EQUAL(value, told[SHIM_EVENT_VALUE]);
    CHECK_EQUAL(state, told[SHIM_EVENT_STATE]);
    CHECK_EQUAL(cause, told[SHIM_EVENT_CAUSE]);
    CHECK(close(ends[0]) == 0 && close(ends[1]) == 0);
}

/* A pipe stands in for an event: the kernel gives its value, and the times that it was asked to count and did. */
static void anEventThatSharedItsRegisterIsScaledAndOneThatCannotBeReadHasFailed(void) {
    int64_t told[SHIM_EVENT_FIELDS] = {-1, -1, -1};
    check_told((const uint64_t[3]){700, 9, 9}, 700, COUNTER_EXACT, 0);
    check_told((const uint64_t[3]){700, 1000, 250}, 2800, COUNTER_SCALED, 250);
    check_told((const uint64_t[3]){700, 1000, 0}, 0, COUNTER_NOT_RUN, 0);
    check_told((const uint64_t[3]){UINT64_MAX, 9, 9}, 0, COUNTER_FAILED, EOVERFLOW);
    shim_event_read(-1, told);
    CHECK_EQUAL(0, told[SHIM_EVENT_VALUE]);
    CHECK_EQUAL(COUNTER_FAILED, told[SHIM_EVENT_STATE]);
    CHECK_EQUAL(EBADF, told[SHIM_EVENT_CAUSE]);
}

static const struct test tests[] = {TEST(cpuTimeAndPeakMemoryAreThoseOfGnuTimeToAPercent),
                                    TEST(eventsAreThoseOfPerfToTwoPercent),
                                    TEST(whatARunReadAndWroteIsCountedWithItsChildren),
                                    TEST(anEventThatCannotBeOpenedIsMissingAndTheRunGoesOn),
                                    TEST(floatingPointEventsAreThoseOfTheProcessor),
    TEST(anotherUserNeitherGetsToTheAgentNorInItsPlace),
    TEST(theAgentListensInAFolderOfItsOwnAlone),
    TEST(launcherStartsWithoutSeriesWhereItsFolderCannotBeMade),
    TEST(theMonitorFollowsNoLinkOfTheAgent),
    TEST(aMonitorFromBeforeAnUpgradeIsServedWhereItLooks),
    TEST(theAgentFollowsTheCountersOfALivingRunWithoutAPrivilege),
    TEST(bytesOfTheNetworkAreThoseOfTheRunWithTheirHeaders),
    TEST(trafficThatCannotBeCountedIsMissingAndTheRunGoesOn),
    TEST(nothingOfItIsLeftOnceTheGroupAndTheLastDescriptorAreGoneAndNobodyCanWriteIt),
    TEST(anEventThatSharedItsRegisterIsScaledAndOneThatCannotBeReadHasFailed),
                                    TEST(whatNeverRanHasNoCounters)};

int main(int count, char **arguments) {
    program = arguments[0];
    if (count == 2 && strcmp(arguments[1], "--send") == 0) {
        return send_to_itself();
    }
    return run_tests(count, arguments, tests, sizeof tests / sizeof *tests);
}
