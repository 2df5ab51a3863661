#define _GNU_SOURCE
#include "order.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fields.h"

enum { HEADER_BYTES = 80, TYPE_STEP = 3, TYPE_SHELL = 4 };

static const uint32_t order_magic = 0x51514C4F;

static uint64_t realtime_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static bool key_of_environment(uint8_t key[crypto_sign_PUBLICKEYBYTES]) {
    const char *text = getenv("QUEQIAO_ORDER_KEY");
    size_t length = 0;
    return text != NULL && sodium_hex2bin(key, crypto_sign_PUBLICKEYBYTES, text, strlen(text), NULL, &length, NULL) == 0 &&
           length == crypto_sign_PUBLICKEYBYTES;
}

static const char *take_text(struct fields *in, size_t length, char *text, size_t size) {
    const uint8_t *bytes = fields_take(in, length);
    if (bytes == NULL || length == 0 || length >= size || memchr(bytes, 0, length) != NULL) {
        return "a name is out of bounds";
    }
    memcpy(text, bytes, length);
    text[length] = 0;
    return NULL;
}

const char *step_order_verify(const uint8_t *bytes, size_t length, struct step_order *order) {
    uint8_t key[crypto_sign_PUBLICKEYBYTES];
    memset(order, 0, sizeof *order);
    if (length < STEP_ORDER_FIXED_BYTES + crypto_sign_BYTES || length > STEP_ORDER_MAX_BYTES) {
        return "its length is out of bounds";
    }
    size_t total = length - crypto_sign_BYTES;
    if (!key_of_environment(key)) {
        return "there is no QUEQIAO_ORDER_KEY";
    }
    if (crypto_sign_verify_detached(bytes + total, bytes, total, key) != 0) {
        return "the server has not signed it";
    }
    if (get_u32(bytes) != order_magic || get_u16(bytes + 4) != 1 || (get_u16(bytes + 6) != TYPE_STEP && get_u16(bytes + 6) != TYPE_SHELL) ||
        get_u32(bytes + 8) != total) {
        return "it is no order to join a step";
    }
    const char *job = getenv("QUEQIAO_JOB_ID");
    const char *attempt = getenv("QUEQIAO_ATTEMPT");
    const char *node = getenv("QUEQIAO_NODE");
    if (job == NULL || attempt == NULL || node == NULL || strtoull(job, NULL, 10) != get_u64(bytes + 16) ||
        strtoul(attempt, NULL, 10) != get_u32(bytes + 24) || get_u32(bytes + 28) != getuid()) {
        return "it is for another run or user";
    }
    if (get_u64(bytes + 40) < realtime_ms()) {
        return "its time is over";
    }
    struct fields in = {bytes + HEADER_BYTES, bytes + total, false};
    order->shell = get_u16(bytes + 6) == TYPE_SHELL;
    order->step = fields_u32(&in);
    order->port = fields_u16(&in);
    uint16_t address = fields_u16(&in);
    uint16_t name = fields_u16(&in);
    memcpy(order->key, fields_take(&in, STEP_KEY_BYTES), STEP_KEY_BYTES);
    const char *wrong = take_text(&in, name, order->node, sizeof order->node);
    wrong = wrong != NULL ? wrong : take_text(&in, address, order->address, sizeof order->address);
    if (wrong == NULL && (in.bad || in.at != in.end)) {
        return "its fields do not fill it";
    }
    return wrong == NULL && strcmp(order->node, node) != 0 ? "it is for another node" : wrong;
}
