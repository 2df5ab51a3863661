/*
 * Orders of the server to the launcher. The first byte says whether they are signed (1), as those of a server that errs or was
 * taken over are, so that the parser behind the signature is reached, and whether their length is what they say (2).
 */
#include <sodium.h>

#include "bytes.h"
#include "fuzz.h"
#include "order.h"

enum { NOW_MS = 1000000000, TOTAL_AT = 8 };

static void touch(const struct order *order, struct span span) {
    MUST(span.at <= order->total && span.length <= order->total - span.at);
    volatile uint8_t sum = 0;
    for (uint32_t i = 0; i < span.length; i++) {
        sum = (uint8_t)(sum + order->bytes[span.at + i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
    static uint8_t secret_key[crypto_sign_SECRETKEYBYTES];
    static const uint8_t seed[crypto_sign_SEEDBYTES] = {1};
    if (size < 1 || size > ORDER_MAX_BYTES) {
        return 0;
    }
    MUST(sodium_init() >= 0);
    crypto_sign_seed_keypair(public_key, secret_key, seed);
    size_t length = size - 1 + (data[0] & 1 ? ORDER_SIGNATURE_BYTES : 0);
    uint8_t *bytes = malloc(length == 0 ? 1 : length);
    MUST(bytes != NULL);
    memcpy(bytes, data + 1, size - 1);
    if ((data[0] & 2) && size - 1 >= ORDER_HEADER_BYTES) {
        put_u32(bytes + TOTAL_AT, (uint32_t)(size - 1));
    }
    if (data[0] & 1) {
        crypto_sign_detached(bytes + size - 1, NULL, bytes, size - 1, secret_key);
    }
    struct order order;
    const char *why = NULL;
    enum reason reason = order_verify(bytes, length, public_key, "node-1", NOW_MS, &order, &why);
    MUST((reason == REASON_NONE) == (why == NULL));
    if (reason == REASON_NONE) {
        MUST((data[0] & 1) != 0 && order.total + ORDER_SIGNATURE_BYTES == length && order.not_after_ms > NOW_MS);
        const struct span spans[] = {order.node_name,   order.work_dir, order.stdout_path, order.stderr_path,
                                     order.environment, order.script,   order.devices,     order.path};
        for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
            touch(&order, spans[i]);
        }
        MUST(order.core_count <= ORDER_MAX_CORES);
        touch(&order, (struct span){order.cores_at, 2 * order.core_count});
    }
    free(bytes);
    return 0;
}
