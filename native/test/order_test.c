/*
 * The parser and verifier of orders, alone and under sanitizers: every altered byte, every wrong
 * length, and mutations that are signed again so that they reach the parser behind the signature.
 */
#define _GNU_SOURCE
#include <inttypes.h>
#include <sodium.h>
#include <string.h>

#include "../launcher/order.h"
#include "harness.h"

enum { MUTATIONS = 30000, CORES_AT = 80, LENGTHS_AT = 84, FIELDS_AT = 108 };

static struct node node;
static const uint16_t cores[] = {0, 2, 5};

static struct launch sample(void) {
    struct launch launch = launch_defaults(&node, 42, "#!/bin/sh\ntrue\n");
    launch.work_dir = "/work";
    launch.stderr_path = "err";
    launch.environment = "A=1\0B=2\0";
    launch.core_count = 3;
    launch.cores = cores;
    launch.mem_bytes = 1 << 30;
    return launch;
}

static void prepare_keys(void) {
    crypto_sign_keypair(node.public_key, node.secret_key);
}

/* The bytes are moved to the end of their own allocation, so that a read past them is seen. */
static enum reason verify_as(const uint8_t *bytes, size_t length, const char *name, uint64_t now) {
    struct order order;
    const char *why = NULL;
    uint8_t *copy = malloc(length == 0 ? 1 : length);
    CHECK(copy != NULL);
    memcpy(copy, bytes, length);
    enum reason reason = order_verify(copy, length, node.public_key, name, now, &order, &why);
    CHECK((reason == REASON_NONE) == (why == NULL));
    if (reason == REASON_NONE) {
        /* Touch every field. */
        uint64_t sum = 0;
        const struct span spans[] = {order.node_name,   order.work_dir, order.stdout_path, order.stderr_path,
                                     order.environment, order.script,   order.path,        order.devices};
        for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
            for (uint32_t at = 0; at < spans[i].length; at++) {
                sum += order.bytes[spans[i].at + at];
            }
        }
        CHECK(sum > 0);
    }
    free(copy);
    return reason;
}

static enum reason verify(const uint8_t *bytes, size_t length) {
    return verify_as(bytes, length, "node-1", now_ms());
}

static void goodOrdersAreUnderstood(void) {
    prepare_keys();
    struct launch launch = sample();
    struct order order;
    const char *why = NULL;
    size_t length = 0;
    uint8_t *bytes = launch_sign(&node, &launch, &length);
    CHECK_EQUAL(REASON_NONE, order_verify(bytes, length, node.public_key, "node-1", now_ms(), &order, &why));
    CHECK_EQUAL(42, order.job_id);
    CHECK_EQUAL(1 << 30, order.mem_bytes);
    CHECK_EQUAL(3, order.core_count);
    CHECK_EQUAL(8, order.environment.length);
    CHECK(memcmp(bytes + order.script.at, "#!/bin/sh\ntrue\n", order.script.length) == 0);
    free(bytes);
    bytes = read_sign(&node, 42, 1000, "/home/out", 17, 100, &length);
    CHECK_EQUAL(REASON_NONE, order_verify(bytes, length, node.public_key, "node-1", now_ms(), &order, &why));
    CHECK_EQUAL(17, order.offset);
    CHECK_EQUAL(9, order.path.length);
    free(bytes);
}

/* Uid, script, cores, lengths, flags: whatever is altered, the order is refused. */
static void everyAlteredBitIsRefused(void) {
    prepare_keys();
    struct launch launch = sample();
    size_t length = 0;
    uint8_t *bytes = launch_sign(&node, &launch, &length);
    for (size_t bit = 0; bit < 8 * length; bit++) {
        bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
        enum reason reason = verify(bytes, length);
        CHECK(reason == BAD_SIGNATURE || (bit < 96 && reason == BAD_ORDER));
        bytes[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
    CHECK_EQUAL(REASON_NONE, verify(bytes, length));
    free(bytes);
}

static void everyTruncationAndExtensionIsRefused(void) {
    prepare_keys();
    struct launch launch = sample();
    size_t length = 0;
    uint8_t *bytes = launch_sign(&node, &launch, &length);
    for (size_t shorter = 0; shorter < length; shorter++) {
        CHECK_EQUAL(BAD_ORDER, verify(bytes, shorter));
    }
    bytes = realloc(bytes, length + 8);
    CHECK(bytes != NULL);
    memset(bytes + length, 0, 8);
    for (size_t extra = 1; extra <= 8; extra++) {
        CHECK_EQUAL(BAD_ORDER, verify(bytes, length + extra));
    }
    free(bytes);
}

static void anotherKeyNodeOrTimeIsRefused(void) {
    prepare_keys();
    struct launch launch = sample();
    size_t length = 0;
    uint8_t *bytes = launch_sign(&node, &launch, &length);
    CHECK_EQUAL(WRONG_NODE, verify_as(bytes, length, "node-2", now_ms()));
    CHECK_EQUAL(WRONG_NODE, verify_as(bytes, length, "node-11", now_ms()));
    CHECK_EQUAL(WRONG_NODE, verify_as(bytes, length, "node-", now_ms()));
    CHECK_EQUAL(REASON_NONE, verify_as(bytes, length, "node-1", launch.not_after_ms));
    CHECK_EQUAL(EXPIRED, verify_as(bytes, length, "node-1", launch.not_after_ms + 1));
    CHECK_EQUAL(EXPIRED, verify_as(bytes, length, "node-1", launch.not_after_ms - 24 * 3600 * 1000 - 1));
    prepare_keys();
    CHECK_EQUAL(BAD_SIGNATURE, verify(bytes, length));
    free(bytes);
}

/* A signed order whose numbers break a rule: the server's mistake, still refused. */
static void signedNumbersOutOfBoundsAreRefused(void) {
    prepare_keys();
    static const struct {
        int at;
        int width;
        uint64_t value;
    } wrong[] = {{0, 4, 0x51514C50},  {4, 2, 0},           {4, 2, 2},           {6, 2, 0},
                 {6, 2, 2},           {6, 2, 3},           {8, 4, 0},           {8, 4, 0xFFFFFFFF},
                 {12, 4, 2},          {12, 4, 0x80000000}, {16, 8, 0},          {16, 8, UINT64_MAX},
                 {24, 4, 0},          {24, 4, 0xFFFFFFFF}, {32, 8, UINT64_MAX}, {40, 8, UINT64_MAX},
                 {64, 8, UINT64_MAX}, {72, 4, 0xFFFFFFFF}, {76, 4, 0xFFFFFFFF}, {76, 4, 3600001},
                 {80, 4, 0},          {80, 4, 4097},       {80, 4, 0xFFFFFFFF}, {84, 4, 0},
                 {84, 4, 0xFFFFFFFF}, {88, 4, 0},          {88, 4, 0xFFFFFFFF}, {92, 4, 0},
                 {92, 4, 0xFFFFFFFF}, {96, 4, 0xFFFFFFFF}, {100, 4, 0xFFFFFFFF}, {104, 4, 0},
                 {104, 4, 0xFFFFFFFF}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct launch launch = sample();
        size_t length = 0;
        uint8_t *bytes = launch_sign(&node, &launch, &length);
        if (wrong[i].width == 8) {
            put64(bytes + wrong[i].at, wrong[i].value);
        } else if (wrong[i].width == 4) {
            put32(bytes + wrong[i].at, (uint32_t)wrong[i].value);
        } else {
            put16(bytes + wrong[i].at, (uint16_t)wrong[i].value);
        }
        sign_again(&node, bytes, length);
        CHECK(verify(bytes, length) != REASON_NONE);
        free(bytes);
    }
}

/* Whoever reads the refusal learns where to look. */
static void numberOfTheHeaderThatIsOutOfBoundsIsNamed(void) {
    prepare_keys();
    static const struct {
        int at;
        const char *why;
    } wrong[] = {{16, "jobId or attempt is out of bounds"},   {24, "jobId or attempt is out of bounds"},
                 {32, "epoch, notAfterMs or memBytes is out of bounds"}, {40, "epoch, notAfterMs or memBytes is out of bounds"},
                 {64, "epoch, notAfterMs or memBytes is out of bounds"}, {72, "pidsMax or graceMs is out of bounds"},
                 {76, "pidsMax or graceMs is out of bounds"}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct launch launch = sample();
        struct order order;
        const char *why = NULL;
        size_t length = 0;
        uint8_t *bytes = launch_sign(&node, &launch, &length);
        if (wrong[i].at == 24 || wrong[i].at > 64) {
            put32(bytes + wrong[i].at, UINT32_MAX);
        } else {
            put64(bytes + wrong[i].at, UINT64_MAX);
        }
        sign_again(&node, bytes, length);
        CHECK_EQUAL(BAD_ORDER, order_verify(bytes, length, node.public_key, "node-1", now_ms(), &order, &why));
        CHECK(strcmp(why, wrong[i].why) == 0);
        free(bytes);
    }
}

static void refuse_launch(struct launch launch) {
    size_t length = 0;
    uint8_t *bytes = launch_sign(&node, &launch, &length);
    CHECK_EQUAL(BAD_ORDER, verify(bytes, length));
    free(bytes);
}

static void signedTextThatBreaksARuleIsRefused(void) {
    prepare_keys();
    struct launch launch = sample();
    launch.script = "echo no interpreter\n";
    refuse_launch(launch);
    launch.script = "#";
    refuse_launch(launch);
    launch = sample();
    launch.work_dir = "relative";
    refuse_launch(launch);
    static const uint16_t twice[] = {1, 1};
    launch = sample();
    launch.core_count = 2;
    launch.cores = twice;
    refuse_launch(launch);
    size_t length = 0;
    launch = sample();
    uint8_t *bytes = launch_sign(&node, &launch, &length);
    bytes[FIELDS_AT + 6 + 6 + 2] = 0; /* NUL inside workDir */
    sign_again(&node, bytes, length);
    CHECK_EQUAL(BAD_ORDER, verify(bytes, length));
    free(bytes);
    launch = sample();
    bytes = launch_sign(&node, &launch, &length);
    uint8_t *last_nul = memmem(bytes, length, "B=2", 4);
    CHECK(last_nul != NULL);
    last_nul[3] = 'x'; /* the environment is not closed */
    sign_again(&node, bytes, length);
    CHECK_EQUAL(BAD_ORDER, verify(bytes, length));
    free(bytes);
}

static void devicesStandBehindTheScriptAndAreClosedByNul(void) {
    prepare_keys();
    struct order order;
    const char *why = NULL;
    size_t length = 0;
    struct launch launch = sample();
    launch.devices = "gpu:0\0gpu:12\0";
    uint8_t *bytes = launch_sign(&node, &launch, &length);
    CHECK_EQUAL(REASON_NONE, order_verify(bytes, length, node.public_key, "node-1", now_ms(), &order, &why));
    CHECK_EQUAL(13, order.devices.length);
    CHECK(memcmp(bytes + order.devices.at, "gpu:0\0gpu:12", 13) == 0);
    CHECK(memcmp(bytes + order.script.at, "#!", 2) == 0);
    bytes[length - 65] = 'x';
    sign_again(&node, bytes, length);
    CHECK_EQUAL(BAD_ORDER, verify(bytes, length));
    put32(bytes + 108, 0xFFFFFFFF);
    sign_again(&node, bytes, length);
    CHECK_EQUAL(BAD_ORDER, verify(bytes, length));
    put32(bytes + 12, 4);
    sign_again(&node, bytes, length);
    CHECK_EQUAL(BAD_ORDER, verify(bytes, length));
    free(bytes);
    bytes = read_sign(&node, 42, 1000, "/home/out", 17, 100, &length);
    put32(bytes + 12, 2);
    sign_again(&node, bytes, length);
    CHECK_EQUAL(BAD_ORDER, verify(bytes, length));
    free(bytes);
}

static void largestOrderFitsAndOneMoreDoesNot(void) {
    prepare_keys();
    enum { SCRIPT = 1024 * 1024 };
    char *script = malloc(SCRIPT + 2);
    CHECK(script != NULL);
    memset(script, '\n', SCRIPT + 1);
    memcpy(script, "#!", 2);
    script[SCRIPT] = 0;
    struct launch launch = sample();
    launch.script = script;
    size_t length = 0;
    uint8_t *bytes = launch_sign(&node, &launch, &length);
    CHECK_EQUAL(REASON_NONE, verify(bytes, length));
    free(bytes);
    script[SCRIPT] = '\n';
    script[SCRIPT + 1] = 0;
    refuse_launch(launch);
    free(script);
}

/* Mutations of the header and lengths, signed again; the seed is fixed, the sanitizers watch. */
static void signedMutationsNeverReachBeyondTheOrder(void) {
    prepare_keys();
    uint64_t state = 0x9E3779B97F4A7C15;
    uint32_t accepted = 0;
    struct launch launch = sample();
    for (int round = 0; round < MUTATIONS; round++) {
        size_t length = 0;
        uint8_t *bytes = NULL;
        state = state * 6364136223846793005U + 1442695040888963407U;
        launch.devices = (state >> 62 & 1) != 0 ? "gpu:0\0gpu:1\0" : NULL;
        bytes = state >> 63 ? launch_sign(&node, &launch, &length)
                            : read_sign(&node, 42, 1000, "/home/out", 17, 100, &length);
        for (int changes = (int)(state >> 40 & 3); changes >= 0; changes--) {
            state = state * 6364136223846793005U + 1442695040888963407U;
            size_t at = 6 + (size_t)(state >> 33) % (length - 64 - 6);
            bytes[at] = (uint8_t)(state >> 20 & 1 ? state >> 8 & 0xFF : bytes[at] ^ (1U << (state & 7)));
        }
        put32(bytes + 8, (uint32_t)(length - 64));
        sign_again(&node, bytes, length);
        accepted += verify(bytes, length) == REASON_NONE;
        free(bytes);
    }
    /* Some mutations touch only free bytes such as the nonce or the script; most do not. */
    CHECK(accepted > 0 && accepted < MUTATIONS);
}

static const struct test tests[] = {
    TEST(goodOrdersAreUnderstood),
    TEST(everyAlteredBitIsRefused),
    TEST(everyTruncationAndExtensionIsRefused),
    TEST(anotherKeyNodeOrTimeIsRefused),
    TEST(signedNumbersOutOfBoundsAreRefused),
    TEST(numberOfTheHeaderThatIsOutOfBoundsIsNamed),
    TEST(signedTextThatBreaksARuleIsRefused),
    TEST(devicesStandBehindTheScriptAndAreClosedByNul),
    TEST(largestOrderFitsAndOneMoreDoesNot),
    TEST(signedMutationsNeverReachBeyondTheOrder),
};

int main(int count, char **arguments) {
    return run_tests(count, arguments, tests, sizeof tests / sizeof *tests);
}
