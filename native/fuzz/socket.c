/* The socket of a job: frames of the agent, and the server's order to join a step, signed where there is room for it. */
#define _GNU_SOURCE
#include <sodium.h>

#include "../step/gate.h"
#include "../step/order.h"
#include "fuzz.h"

static uint8_t secret_key[crypto_sign_SECRETKEYBYTES];

static void prepare(void) {
    static const uint8_t seed[crypto_sign_SEEDBYTES] = {1};
    uint8_t key[crypto_sign_PUBLICKEYBYTES];
    char text[2 * sizeof key + 1];
    MUST(sodium_init() >= 0);
    crypto_sign_seed_keypair(key, secret_key, seed);
    sodium_bin2hex(text, sizeof text, key, sizeof key);
    setenv("QUEQIAO_ORDER_KEY", text, 1);
    setenv("QUEQIAO_JOB_ID", "1", 1);
    setenv("QUEQIAO_ATTEMPT", "1", 1);
    setenv("QUEQIAO_NODE", "node-1", 1);
}

static void take(uint8_t *body, size_t length) {
    struct step_order order;
    if (length > crypto_sign_BYTES && body[length - crypto_sign_BYTES] == 0) {
        size_t total = length - crypto_sign_BYTES;
        if (total >= 80) {
            /* The user of this process, and a time to come. */
            for (int i = 0; i < 4; i++) {
                body[28 + i] = (uint8_t)((uint32_t)getuid() >> (24 - 8 * i));
            }
            body[40] = 1;
        }
        crypto_sign_detached(body + total, NULL, body, total, secret_key);
    }
    if (step_order_verify(body, length, &order) == NULL) {
        MUST(strcmp(order.node, "node-1") == 0 && strlen(order.address) >= 1);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    enum gate_type type = GATE_REFUSED;
    uint8_t *body = NULL;
    size_t length = 0;
    int other = -1;
    if (size > FUZZ_FED) {
        return 0;
    }
    if (getenv("QUEQIAO_ORDER_KEY") == NULL) {
        prepare();
    }
    int fd = fuzz_feed(data, size, &other);
    while (gate_receive(fd, &type, &body, &length) == 0) {
        MUST(length < GATE_MAX_FRAME && body[length] == 0);
        if (type == GATE_ORDER) {
            take(body, length);
        }
        free(body);
    }
    close(fd);
    close(other);
    return 0;
}
