/* Who may talk to the launcher, and what happens to frames that are not as they should be. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

static struct node node;

/* Sends raw bytes on a connection of its own; expects one MALFORMED reply and the end. */
static void expect_malformed(const uint8_t *bytes, size_t length, uint16_t reply_type) {
    struct reply reply;
    struct node other = node;
    other.fd = -1;
    node_connect(&other);
    CHECK(write(other.fd, bytes, length) == (ssize_t)length);
    CHECK(receive_reply(other.fd, &reply));
    CHECK_EQUAL(7, reply.status);
    CHECK_EQUAL(1, reply.reason);
    CHECK_EQUAL(reply_type, reply.type);
    CHECK(strlen(reply.text) > 0);
    reply_free(&reply);
    CHECK(!receive_reply(other.fd, &reply));
    close(other.fd);
}

static void expect_malformed_header(uint32_t magic, uint16_t version, uint16_t type, uint32_t length,
                                    uint16_t reply_type) {
    uint8_t header[12];
    put32(header, magic);
    put16(header + 4, version);
    put16(header + 6, type);
    put32(header + 8, length);
    expect_malformed(header, sizeof header, reply_type);
}

static void wrongFramesAreRefusedBeforeTheirBody(void) {
    node_create(&node);
    node_start(&node);
    expect_malformed_header(0x51515251, 1, 1, 0xFFFFFFFF, 1);
    expect_malformed_header(0x51515251, 1, 1, 0x80000000, 1);
    expect_malformed_header(0x51515251, 1, 1, 2 * 1024 * 1024 + 65, 1);
    expect_malformed_header(0x51515251, 1, 1, 0, 1);
    expect_malformed_header(0x51515251, 1, 3, 19, 3);
    expect_malformed_header(0x51515251, 1, 3, 21, 3);
    expect_malformed_header(0x51515251, 1, 4, 0, 4);
    expect_malformed_header(0x51515251, 1, 5, 0xFFFFFFFF, 5);
    expect_malformed_header(0x51515251, 1, 6, 1, 6);
    expect_malformed_header(0x51515251, 0, 6, 0, 6);
    expect_malformed_header(0x51515251, 2, 6, 0, 6);
    expect_malformed_header(0x51515251, 1, 0, 0, 0);
    expect_malformed_header(0x51515251, 1, 8, 0, 0);
    expect_malformed_header(0x51515250, 1, 6, 0, 0); /* a reply sent as a request */
    node_connect(&node);
    struct reply reply = request(&node, 6, NULL, 0);
    CHECK_EQUAL(0, reply.status);
    reply_free(&reply);
    node_destroy(&node);
}

static void everyCapabilitySaysWhy(void) {
    enum { COUNT = 11 };
    node_create(&node);
    node_start(&node);
    struct reply reply = request(&node, 6, NULL, 0);
    CHECK_EQUAL(0, reply.status);
    CHECK_EQUAL((uint32_t)node.launcher, get32(reply.payload + 16));
    CHECK_EQUAL(COUNT, get32(reply.payload + 20));
    const uint8_t *at = reply.payload + 24;
    unsigned seen = 0;
    for (int i = 0; i < COUNT; i++) {
        size_t text = (size_t)at[4] << 8 | at[5];
        unsigned id = at[1];
        CHECK(id >= 1 && id <= COUNT && (seen & 1U << id) == 0);
        seen |= 1U << id;
        CHECK(text > 0);
        fprintf(stderr, "capability %u %s: %.*s\n", id, at[3] ? "present" : "absent", (int)text, (const char *)at + 6);
        if (id == 1) {
            CHECK_EQUAL(is_root(), at[3]);
        }
        at += 6 + text;
    }
    CHECK(at == reply.payload + reply.length);
    reply_free(&reply);
    node_destroy(&node);
}

static void repliesKeepTheOrderOfTheirRequests(void) {
    enum { ROUNDS = 80 }; /* with three requests each: 256 may be under way */
    uint8_t body[16];
    node_create(&node);
    node_start(&node);
    struct launch launch = launch_defaults(&node, 7, "#!/bin/sh\ntrue\n");
    size_t length = 0;
    uint8_t *order = launch_sign(&node, &launch, &length);
    put64(body, 0);
    put32(body + 8, 0);
    put32(body + 12, 10);
    for (int i = 0; i < ROUNDS; i++) {
        send_frame(node.fd, 1, order, length);
        send_frame(node.fd, 6, NULL, 0);
        send_frame(node.fd, 4, body, sizeof body);
    }
    for (int i = 0; i < ROUNDS; i++) {
        static const uint16_t types[] = {1, 6, 4};
        for (int k = 0; k < 3; k++) {
            struct reply reply;
            CHECK(receive_reply(node.fd, &reply));
            CHECK_EQUAL(types[k], reply.type);
            if (k == 0) {
                CHECK_EQUAL(i == 0 ? 1 : 2, reply.status);
            }
            reply_free(&reply);
        }
    }
    free(order);
    await_end(&node, 7);
    node_destroy(&node);
}

static void frameInSinglesBytesIsUnderstood(void) {
    node_create(&node);
    node_start(&node);
    struct launch launch = launch_defaults(&node, 7, "#!/bin/sh\ntrue\n");
    size_t length = 0;
    uint8_t *order = launch_sign(&node, &launch, &length);
    uint8_t header[12];
    put32(header, 0x51515251);
    put16(header + 4, 1);
    put16(header + 6, 1);
    put32(header + 8, (uint32_t)length);
    for (size_t i = 0; i < sizeof header + length; i++) {
        CHECK(write(node.fd, i < sizeof header ? header + i : order + i - sizeof header, 1) == 1);
    }
    struct reply reply;
    CHECK(receive_reply(node.fd, &reply));
    CHECK_EQUAL(1, reply.status);
    reply_free(&reply);
    free(order);
    await_end(&node, 7);
    node_destroy(&node);
}

static void expect_refused(const struct launch *launch, uint32_t reason) {
    struct reply reply = request_launch(&node, launch);
    CHECK_EQUAL(3, reply.status);
    CHECK_EQUAL(reason, reply.reason);
    CHECK_EQUAL(0, reply.length);
    reply_free(&reply);
    CHECK_EQUAL(0, listed_state(&node, launch->job_id));
}

static void ordersForOthersAreRefusedAndLeaveNothing(void) {
    node_create(&node);
    node_start(&node);
    struct launch launch = launch_defaults(&node, 1, "#!/bin/sh\necho ran > ran\n");
    launch.node_name = "node-2";
    expect_refused(&launch, 4);
    launch = launch_defaults(&node, 1, "#!/bin/sh\necho ran > ran\n");
    launch.not_after_ms = now_ms() - 1;
    expect_refused(&launch, 5);
    launch.not_after_ms = now_ms() + 25 * 3600 * 1000;
    expect_refused(&launch, 5);
    launch = launch_defaults(&node, 1, "#!/bin/sh\necho ran > ran\n");
    launch.uid = 0;
    expect_refused(&launch, 7);
    launch.uid = 999;
    expect_refused(&launch, 7);
    launch.uid = 65534;
    expect_refused(&launch, 7);
    launch.uid = 4000000;
    expect_refused(&launch, is_root() ? 6 : 7);
    launch = launch_defaults(&node, 1, "#!/bin/sh\necho ran > ran\n");
    struct node foreign = node;
    memset(foreign.secret_key, 7, 32);
    struct reply reply;
    size_t length = 0;
    uint8_t *order = launch_sign(&foreign, &launch, &length);
    reply = request(&node, 1, order, length);
    CHECK_EQUAL(3, reply.status);
    CHECK_EQUAL(3, reply.reason);
    reply_free(&reply);
    free(order);
    order = read_sign(&node, 1, job_uid(), "/etc/passwd", 0, 10, &length);
    reply = request(&node, 1, order, length);
    CHECK_EQUAL(2, reply.reason);
    reply_free(&reply);
    free(order);
    char path[PATH_BYTES];
    CHECK(access(work_path(&node, "ran", path), F_OK) != 0);
    node_destroy(&node);
}

static void usersOfTheDenyListRunNothingAndAreReadNothing(void) {
    char list[64];
    char errors[4096];
    static const char *const bad[] = {"--deny-uids=", "--deny-uids=1;2", "--deny-uids=root"};
    node_create(&node);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        node.extra = bad[i];
        CHECK_EQUAL(2, node_try_start(&node, errors, sizeof errors));
    }
    snprintf(list, sizeof list, "--deny-uids=%u1,%u", job_uid(), job_uid());
    node.extra = list;
    node_start(&node);
    struct launch launch = launch_defaults(&node, 1, "#!/bin/sh\necho ran > ran\n");
    expect_refused(&launch, 7);
    size_t length = 0;
    uint8_t *order = read_sign(&node, 1, job_uid(), "/etc/passwd", 0, 10, &length);
    struct reply reply = request(&node, 2, order, length);
    CHECK_EQUAL(3, reply.status);
    CHECK_EQUAL(7, reply.reason);
    reply_free(&reply);
    free(order);
    node_kill(&node, SIGTERM);
    snprintf(list, sizeof list, "--deny-uids=%u1", job_uid());
    node_start(&node);
    CHECK_EQUAL(0, run_script(&node, 2, "#!/bin/sh\nexit 0\n").exit_code);
    node.extra = NULL;
    node_destroy(&node);
}

/* Only with root's rights can this test take a second identity; an ordinary user has none to take. */
static void anotherUserIsNotServed(void) {
    node_create(&node);
    node_start(&node);
    struct stat status;
    CHECK(stat(node.socket, &status) == 0 && (status.st_mode & 07777) == 0660);
    if (is_root()) {
        CHECK(chmod(node.socket, 0666) == 0);
        pid_t child = fork();
        if (child == 0) {
            struct reply reply;
            if (setgroups(0, NULL) != 0 || setresgid(OTHER_UID, OTHER_UID, OTHER_UID) != 0 ||
                setresuid(OTHER_UID, OTHER_UID, OTHER_UID) != 0) {
                _exit(2);
            }
            node.fd = -1;
            node_connect(&node);
            uint8_t header[12] = {0x51, 0x51, 0x52, 0x51, 0, 1, 0, 6, 0, 0, 0, 0};
            (void)!write(node.fd, header, sizeof header);
            _exit(receive_reply(node.fd, &reply) ? 1 : 0);
        }
        int result = 0;
        CHECK(waitpid(child, &result, 0) == child);
        CHECK_EQUAL(0, result);
        struct reply own = request(&node, 6, NULL, 0);
        CHECK_EQUAL(0, own.status);
        reply_free(&own);
    }
    node_destroy(&node);
}

static void aNewerConnectionEndsTheOlderOnes(void) {
    enum { AGENTS = 70 };
    struct node older = {.fd = -1};
    struct reply reply;
    node_create(&node);
    node_start(&node);
    for (int i = 0; i < AGENTS; i++) {
        older = node;
        node.fd = -1;
        node_connect(&node);
        reply = request(&node, 6, NULL, 0);
        CHECK_EQUAL(0, reply.status);
        reply_free(&reply);
        CHECK(!receive_reply(older.fd, &reply));
        close(older.fd);
    }
    node_destroy(&node);
}

/* The launcher is held while the agent asks, dies, and comes back: it finds all of it at once. */
static void whatAnOlderConnectionLeftUnreadIsNotDone(void) {
    enum { ORDERS = 100 };
    char path[PATH_BYTES];
    uint8_t list[16] = {0};
    struct reply reply;
    node_create(&node);
    node_start(&node);
    struct node older = node;
    CHECK(kill(node.launcher, SIGSTOP) == 0);
    for (uint64_t job = 1; job <= ORDERS; job++) {
        struct launch launch = launch_defaults(&node, job, "#!/bin/sh\necho ran > ran\n");
        size_t length = 0;
        uint8_t *order = launch_sign(&node, &launch, &length);
        send_frame(older.fd, 1, order, length);
        free(order);
    }
    node.fd = -1;
    node_connect(&node);
    put32(list + 12, 10);
    send_frame(node.fd, 4, list, sizeof list);
    CHECK(kill(node.launcher, SIGCONT) == 0);
    CHECK(receive_reply(node.fd, &reply));
    CHECK_EQUAL(0, reply.status);
    CHECK_EQUAL(0, get32(reply.payload));
    reply_free(&reply);
    CHECK(!receive_reply(older.fd, &reply));
    close(older.fd);
    CHECK(access(work_path(&node, "ran", path), F_OK) != 0);
    for (uint64_t job = 1; job <= ORDERS; job += ORDERS - 1) {
        struct launch launch = launch_defaults(&node, job, "#!/bin/sh\ntrue\n");
        reply = request_launch(&node, &launch);
        CHECK_EQUAL(1, reply.status);
        reply_free(&reply);
        await_end(&node, job);
    }
    node_destroy(&node);
}

/* The bytes that are there to be read until the launcher closes. */
static size_t read_to_end(int fd) {
    static uint8_t bytes[64 * 1024];
    size_t length = 0;
    ssize_t got = 0;
    while ((got = recv(fd, bytes, sizeof bytes, 0)) > 0) {
        length += (size_t)got;
    }
    return length;
}

/* One of two agents sends half a frame, the other takes none of its replies: each loses its connection, no more. */
static void agentThatStandsStillIsWaitedForNoLongerThanTenSeconds(void) {
    static struct node taker;
    enum { READS = 3, MEBIBYTE = 1 << 20 };
    char path[PATH_BYTES];
    uint8_t header[12] = {0x51, 0x51, 0x52, 0x51, 0, 1, 0, 5, 0, 0, 0, 12};
    node_create(&node);
    node_create(&taker);
    node_start(&node);
    node_start(&taker);
    int fd = open(work_path(&taker, "big", path), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    CHECK(fd >= 0 && ftruncate(fd, MEBIBYTE) == 0 && close(fd) == 0);
    for (int i = 0; i < READS; i++) {
        size_t length = 0;
        uint8_t *order = read_sign(&taker, 1, job_uid(), path, 0, MEBIBYTE, &length);
        send_frame(taker.fd, 2, order, length);
        free(order);
    }
    uint64_t start = now_ms();
    CHECK(write(node.fd, header, sizeof header) == sizeof header && write(node.fd, header, 3) == 3);
    CHECK_EQUAL(0, read_to_end(node.fd));
    uint64_t took = now_ms() - start;
    CHECK(took >= 9900 && took < 20000);
    node_connect(&taker);
    node_connect(&node);
    CHECK_EQUAL(0, run_script(&node, 1, "#!/bin/sh\ntrue\n").exit_code);
    CHECK_EQUAL(0, run_script(&taker, 1, "#!/bin/sh\ntrue\n").exit_code);
    node_destroy(&node);
    node_destroy(&taker);
}

static void expect_refusal(const char *words) {
    char errors[2048];
    CHECK_EQUAL(1, node_try_start(&node, errors, sizeof errors));
    if (strstr(errors, words) == NULL) {
        fprintf(stderr, "said: %s", errors);
        abort_test();
    }
}

static void unsafeFoldersAndKeysAreRefusedByName(void) {
    node_create(&node);
    CHECK(chmod(node.data, 0777) == 0);
    expect_refusal(node.data);
    CHECK(chmod(node.data, 0755) == 0);
    CHECK(chmod(node.root, 0770) == 0);
    expect_refusal("other users can write");
    CHECK(chmod(node.root, 0700) == 0);
    if (is_root()) {
        expect_refusal("cannot pass through this folder");
    }
    CHECK(chmod(node.root, 0755) == 0);
    CHECK(chmod(node.key_path, 0666) == 0);
    expect_refusal(node.key_path);
    CHECK(chmod(node.key_path, 0644) == 0 && truncate(node.key_path, 31) == 0);
    expect_refusal("32 raw bytes");
    CHECK(unlink(node.key_path) == 0 && symlink("/etc/passwd", node.key_path) == 0);
    expect_refusal(node.key_path);
    CHECK(unlink(node.key_path) == 0);
    int fd = open(node.key_path, O_WRONLY | O_CREAT, 0644);
    CHECK(fd >= 0 && write(fd, node.public_key, 32) == 32 && close(fd) == 0);
    node_start(&node);
    expect_refusal("another launcher");
    node_connect(&node);
    node_destroy(&node);
}

static const struct test tests[] = {
    TEST(wrongFramesAreRefusedBeforeTheirBody),
    TEST(everyCapabilitySaysWhy),
    TEST(repliesKeepTheOrderOfTheirRequests),
    TEST(frameInSinglesBytesIsUnderstood),
    TEST(ordersForOthersAreRefusedAndLeaveNothing),
    TEST(usersOfTheDenyListRunNothingAndAreReadNothing),
    TEST(anotherUserIsNotServed),
    TEST(aNewerConnectionEndsTheOlderOnes),
    TEST(whatAnOlderConnectionLeftUnreadIsNotDone),
    TEST(unsafeFoldersAndKeysAreRefusedByName),
};

/* Alone, because it takes ten seconds: "frames_test stalls". */
static const struct test stalls[] = {TEST(agentThatStandsStillIsWaitedForNoLongerThanTenSeconds)};

int main(int count, char **arguments) {
    if (count == 2 && strcmp(arguments[1], "stalls") == 0) {
        return run_tests(1, arguments, stalls, 1);
    }
    return run_tests(count, arguments, tests, sizeof tests / sizeof *tests);
}
