/* An order may come often, late and out of turn: its run begins once. */
#define _GNU_SOURCE
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

static struct node node;

struct message {
    uint32_t job;
    uint8_t *order;
    size_t length;
};

static struct message write_message(uint32_t job) {
    char script[64];
    struct message out = {.job = job};
    snprintf(script, sizeof script, "#!/bin/sh\necho %" PRIu32 " >> ran\n", job);
    struct launch launch = launch_defaults(&node, job, script);
    launch.stdout_path = "/dev/null";
    out.order = launch_sign(&node, &launch, &out.length);
    return out;
}

static void shuffle(struct message *messages, size_t count) {
    for (size_t i = count; i > 1; i--) {
        size_t other = (size_t)random() % i;
        struct message moved = messages[i - 1];
        messages[i - 1] = messages[other];
        messages[other] = moved;
    }
}

/* Sends them in this order; how often each job was answered that it began now is counted. */
static void deliver(const struct message *messages, size_t count, uint8_t *began) {
    for (size_t i = 0; i < count; i++) {
        send_frame(node.fd, 1, messages[i].order, messages[i].length);
    }
    for (size_t i = 0; i < count; i++) {
        struct reply reply;
        CHECK(receive_reply(node.fd, &reply));
        CHECK(reply.status == 1 || reply.status == 2);
        began[messages[i].job] = (uint8_t)(began[messages[i].job] + (reply.status == 1));
        reply_free(&reply);
    }
}

static void expect_one_line_each(uint32_t runs) {
    char path[PATH_BYTES];
    uint8_t *seen = calloc(runs + 1, 1);
    char *text = malloc((size_t)16 * (runs + 1));
    CHECK(seen != NULL && text != NULL);
    read_text(work_path(&node, "ran", path), text, (size_t)16 * (runs + 1));
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        int job = atoi(line);
        CHECK(job >= 1 && job <= (int)runs);
        CHECK_EQUAL(1, ++seen[job]);
    }
    for (uint32_t job = 1; job <= runs; job++) {
        CHECK_EQUAL(1, seen[job]);
    }
    free(seen);
    free(text);
}

/*
 * Every order comes at least three times, in any order with those of its neighbours: twice among them, and again
 * among the next ones, when its run has ended and half of them are forgotten. LAUNCHES=10000 is the full size.
 */
static void launchesDoubledAndReorderedRunOnceEach(void) {
    enum { STEP = 25, COPIES = 3 };
    const char *given_seed = getenv("LAUNCH_SEED");
    const char *size = getenv("LAUNCHES");
    unsigned seed = given_seed == NULL ? (unsigned)now_ms() : (unsigned)strtoul(given_seed, NULL, 10);
    uint32_t runs = (size == NULL ? 1000 : (uint32_t)strtoul(size, NULL, 10)) / STEP * STEP;
    struct message messages[COPIES * STEP];
    struct message earlier[STEP];
    uint8_t *began = calloc(runs + 1, 1);
    CHECK(began != NULL && runs > 0);
    fprintf(stderr, "LAUNCH_SEED=%u\n", seed);
    srandom(seed);
    node_create(&node);
    node_start(&node);
    for (uint32_t base = 1; base <= runs; base += STEP) {
        struct message now[STEP];
        size_t count = 0;
        for (uint32_t i = 0; i < STEP; i++) {
            now[i] = write_message(base + i);
            messages[count++] = now[i];
            messages[count++] = now[i];
            if (base > 1) {
                messages[count++] = earlier[i];
            }
        }
        shuffle(messages, count);
        deliver(messages, count, began);
        for (uint32_t i = 0; i < STEP; i++) {
            struct ended ended = await_end(&node, base + i);
            CHECK_EQUAL(0, ended.flags);
            CHECK_EQUAL(0, ended.exit_code);
            CHECK_EQUAL(1, began[base + i]);
            if (random() % 2 == 0) {
                CHECK_EQUAL(0, request_forget(&node, base + i));
            }
            if (base > 1) {
                free(earlier[i].order);
            }
            earlier[i] = now[i];
        }
    }
    deliver(earlier, STEP, began);
    for (uint32_t job = 1; job <= runs; job++) {
        CHECK_EQUAL(1, began[job]);
    }
    for (int i = 0; i < STEP; i++) {
        free(earlier[i].order);
    }
    free(began);
    expect_one_line_each(runs);
    node_destroy(&node);
}

static const struct test tests[] = {TEST(launchesDoubledAndReorderedRunOnceEach)};

int main(int count, char **arguments) {
    return run_tests(count, arguments, tests, sizeof tests / sizeof *tests);
}
