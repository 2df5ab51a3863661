/*
 * Frames that no agent would send, at the launcher that watches its own memory: good frames are
 * changed at random, cut and joined. It stays alive, answers a good frame afterwards, and starts
 * nothing. The seed is printed; FUZZ_SEED and FUZZ_SECONDS replace seed and time.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness.h"

enum { DEFAULT_SECONDS = 8, FRAME_BYTES = 4096, KINDS = 7 };

static struct node node;
static uint64_t state;

static uint32_t draw(uint32_t bound) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(state >> 33) % bound;
}

static size_t put_frame(uint8_t *at, uint16_t type, const uint8_t *body, size_t length) {
    put32(at, 0x51515251);
    put16(at + 4, 1);
    put16(at + 6, type);
    put32(at + 8, (uint32_t)length);
    memcpy(at + 12, body, length);
    return 12 + length;
}

/* A good frame of a kind; orders are of a user that the node refuses, so that nothing starts. */
static size_t make_frame(uint8_t *at, uint16_t kind) {
    uint8_t body[32] = {0};
    size_t length = 0;
    if (kind <= 2) {
        struct launch launch = launch_defaults(&node, draw(4) + 1, "#!/bin/sh\necho fuzz > fuzzed\n");
        launch.uid = 1;
        launch.devices = draw(2) == 0 ? NULL : "gpu:0\0";
        uint8_t *order = kind == 1 ? launch_sign(&node, &launch, &length)
                                   : read_sign(&node, 1, 1, "/etc/passwd", draw(100), 100, &length);
        size_t put = put_frame(at, kind, order, length);
        free(order);
        return put;
    }
    static const uint8_t lengths[KINDS + 1] = {0, 0, 0, 20, 16, 12, 0, 16};
    put64(body, draw(4));
    put32(body + 8, draw(3));
    put32(body + 12, draw(40));
    return put_frame(at, kind, body, lengths[kind]);
}

static size_t spoil(uint8_t *bytes, size_t length) {
    for (uint32_t changes = draw(4); changes > 0 && length > 0; changes--) {
        size_t at = draw(3) == 0 ? draw(12) : draw((uint32_t)length);
        bytes[at % length] = draw(2) == 0 ? (uint8_t)draw(256) : (uint8_t)(bytes[at % length] ^ (1U << draw(8)));
    }
    return draw(8) == 0 ? draw((uint32_t)length) : length;
}

/* Whatever is answered is read, until the launcher closes or is silent for a moment. */
static void drain(int wait_ms) {
    uint8_t bytes[65536];
    struct pollfd ready = {node.fd, POLLIN, 0};
    while (poll(&ready, 1, wait_ms) > 0 && recv(node.fd, bytes, sizeof bytes, 0) > 0) {
        wait_ms = 0;
    }
}

static void spoiledFramesDoNoHarm(void) {
    static uint8_t bytes[3 * FRAME_BYTES];
    char path[PATH_BYTES];
    const char *seed = getenv("FUZZ_SEED");
    const char *time = getenv("FUZZ_SECONDS");
    state = seed != NULL ? strtoull(seed, NULL, 10) : now_ms();
    uint64_t until_ms = now_ms() + 1000 * (time != NULL ? strtoull(time, NULL, 10) : DEFAULT_SECONDS);
    fprintf(stderr, "FUZZ_SEED=%" PRIu64 "\n", state);
    node_create(&node);
    node.program = SANITIZED_LAUNCHER;
    node_start(&node);
    uint64_t sent = 0;
    while (now_ms() < until_ms) {
        size_t length = 0;
        for (uint32_t frames = draw(3) + 1; frames > 0; frames--) {
            size_t frame = make_frame(bytes + length, (uint16_t)(draw(KINDS) + 1));
            length += spoil(bytes + length, frame);
            sent++;
        }
        if (send(node.fd, bytes, length, MSG_NOSIGNAL) < 0) {
            CHECK(errno == EPIPE || errno == ECONNRESET);
        }
        drain(draw(50) == 0 ? 5 : 0);
        if (draw(4) == 0) {
            node_connect(&node);
        }
    }
    node_connect(&node);
    struct reply reply = request(&node, 6, NULL, 0);
    CHECK_EQUAL(0, reply.status);
    CHECK_EQUAL((uint32_t)node.launcher, get32(reply.payload + 16));
    reply_free(&reply);
    CHECK(access(work_path(&node, "fuzzed", path), F_OK) != 0);
    fprintf(stderr, "%" PRIu64 " frames\n", sent);
    node_destroy(&node);
}

static const struct test tests[] = {TEST(spoiledFramesDoNoHarm)};

int main(int count, char **arguments) {
    return run_tests(count, arguments, tests, 1);
}
