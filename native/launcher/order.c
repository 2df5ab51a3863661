#include "order.h"

#include <sodium.h>
#include <string.h>

#include "bytes.h"

enum { LAUNCH_FIXED_BYTES = 108, READ_FIXED_BYTES = 100 };

static const uint32_t order_magic = 0x51514C4F;

/* Takes the next field; the caller has checked that all lengths add up to the order. */
static struct span take(const uint8_t **cursor, uint32_t length) {
    struct span field = {*cursor, length};
    *cursor += length;
    return field;
}

static int holds_nul(struct span field) {
    return field.length > 0 && memchr(field.bytes, 0, field.length) != NULL;
}

static int is_absolute(struct span path) {
    return path.bytes[0] == '/';
}

/* NAME=value strings, each closed by NUL. */
static const char *check_environment(struct span environment) {
    const uint8_t *at = environment.bytes;
    const uint8_t *end = at + environment.length;
    for (int count = 0; at < end; count++) {
        const uint8_t *close = memchr(at, 0, (size_t)(end - at));
        if (count == ORDER_MAX_VARIABLES) {
            return "more than 4096 environment variables";
        }
        if (close == NULL) {
            return "environment is not closed by NUL";
        }
        const uint8_t *sign = memchr(at, '=', (size_t)(close - at));
        if (sign == NULL || sign == at) {
            return "environment string without NAME=";
        }
        at = close + 1;
    }
    return NULL;
}

/* Behind the other fields, with its length behind theirs; only where the flag is set. */
static uint32_t device_length(const uint8_t *bytes, uint32_t fixed) {
    return fixed > LAUNCH_FIXED_BYTES ? get_u32(bytes + LAUNCH_FIXED_BYTES) : 0;
}

static const char *check_launch_lengths(const uint8_t *bytes, uint32_t total, uint32_t fixed) {
    if (total < fixed) {
        return "launch order is too short";
    }
    uint32_t devices = device_length(bytes, fixed);
    uint32_t cores = get_u32(bytes + 80);
    uint32_t name = get_u32(bytes + 84);
    uint32_t work_dir = get_u32(bytes + 88);
    uint32_t out = get_u32(bytes + 92);
    uint32_t err = get_u32(bytes + 96);
    uint32_t environment = get_u32(bytes + 100);
    uint32_t script = get_u32(bytes + 104);
    if (cores > ORDER_MAX_CORES || name < 1 || name > ORDER_MAX_NAME) {
        return "coreCount or nodeNameLength is out of bounds";
    }
    if (work_dir < 1 || work_dir > ORDER_MAX_PATH || out < 1 || out > ORDER_MAX_PATH || err > ORDER_MAX_PATH) {
        return "the length of a path is out of bounds";
    }
    if (environment > ORDER_MAX_ENVIRONMENT || script < 1 || script > ORDER_MAX_SCRIPT) {
        return "environmentLength or scriptLength is out of bounds";
    }
    if (devices > ORDER_MAX_DEVICES) {
        return "devicesLength is out of bounds";
    }
    /* Each term is bounded above, so the sum cannot wrap. */
    if (fixed + 2 * cores + name + work_dir + out + err + environment + script + devices != total) {
        return "the fields do not fill totalLength";
    }
    return NULL;
}

static const char *parse_launch(const uint8_t *bytes, uint32_t total, struct order *order) {
    uint32_t fixed = LAUNCH_FIXED_BYTES + ((order->flags & ORDER_DEVICES) != 0 ? 4 : 0);
    const char *wrong = check_launch_lengths(bytes, total, fixed);
    if (wrong != NULL) {
        return wrong;
    }
    const uint8_t *cursor = bytes + fixed;
    order->core_count = get_u32(bytes + 80);
    order->cores = cursor;
    cursor += (size_t)2 * order->core_count;
    order->node_name = take(&cursor, get_u32(bytes + 84));
    order->work_dir = take(&cursor, get_u32(bytes + 88));
    order->stdout_path = take(&cursor, get_u32(bytes + 92));
    order->stderr_path = take(&cursor, get_u32(bytes + 96));
    order->environment = take(&cursor, get_u32(bytes + 100));
    order->script = take(&cursor, get_u32(bytes + 104));
    order->devices = take(&cursor, device_length(bytes, fixed));
    if (order->devices.length > 0 && order->devices.bytes[order->devices.length - 1] != 0) {
        return "devices are not closed by NUL";
    }
    for (uint32_t i = 1; i < order->core_count; i++) {
        if (get_u16(order->cores + (size_t)2 * i) <= get_u16(order->cores + (size_t)2 * (i - 1))) {
            return "core ids are not ascending";
        }
    }
    if (holds_nul(order->node_name) || holds_nul(order->work_dir) || holds_nul(order->stdout_path) ||
        holds_nul(order->stderr_path)) {
        return "NUL in a name or path";
    }
    if (!is_absolute(order->work_dir)) {
        return "workDir is not absolute";
    }
    if (order->script.length < 2 || memcmp(order->script.bytes, "#!", 2) != 0) {
        return "script does not start with #!";
    }
    return check_environment(order->environment);
}

static const char *parse_read(const uint8_t *bytes, uint32_t total, struct order *order) {
    uint32_t name = get_u32(bytes + 92);
    uint32_t path = get_u32(bytes + 96);
    order->offset = get_u64(bytes + 80);
    order->max_bytes = get_u32(bytes + 88);
    if (order->offset > INT64_MAX || order->max_bytes > ORDER_MAX_READ) {
        return "offset or maxBytes is out of bounds";
    }
    if (name < 1 || name > ORDER_MAX_NAME || path < 1 || path > ORDER_MAX_PATH) {
        return "nodeNameLength or pathLength is out of bounds";
    }
    if (READ_FIXED_BYTES + name + path != total) {
        return "the fields do not fill totalLength";
    }
    const uint8_t *cursor = bytes + READ_FIXED_BYTES;
    order->node_name = take(&cursor, name);
    order->path = take(&cursor, path);
    if (holds_nul(order->node_name) || holds_nul(order->path)) {
        return "NUL in a name or path";
    }
    if (!is_absolute(order->path)) {
        return "path is not absolute";
    }
    if (order->mem_bytes != 0 || order->pids_max != 0 || order->grace_ms != 0 || (order->flags & ORDER_DEVICES) != 0) {
        return "a read order carries limits";
    }
    return NULL;
}

static const char *parse_header(const uint8_t *bytes, struct order *order) {
    order->type = get_u16(bytes + 6);
    order->flags = get_u32(bytes + 12);
    order->job_id = get_u64(bytes + 16);
    order->attempt = get_u32(bytes + 24);
    order->uid = get_u32(bytes + 28);
    order->epoch = get_u64(bytes + 32);
    order->not_after_ms = get_u64(bytes + 40);
    order->mem_bytes = get_u64(bytes + 64);
    order->pids_max = get_u32(bytes + 72);
    order->grace_ms = get_u32(bytes + 76);
    if ((order->flags & ~(uint32_t)(ORDER_NO_NEW_PRIVS | ORDER_DEVICES)) != 0) {
        return "unknown flag";
    }
    if (order->job_id < 1 || order->job_id > INT64_MAX || order->attempt < 1 || order->attempt > INT32_MAX) {
        return "jobId or attempt is out of bounds";
    }
    if (order->epoch > INT64_MAX || order->not_after_ms > INT64_MAX || order->mem_bytes > INT64_MAX) {
        return "epoch, notAfterMs or memBytes is out of bounds";
    }
    if (order->pids_max > INT32_MAX || order->grace_ms > ORDER_MAX_GRACE_MS) {
        return "pidsMax or graceMs is out of bounds";
    }
    return NULL;
}

/* What may be looked at before the signature is known to be good. */
static const char *check_envelope(const uint8_t *bytes, size_t length) {
    if (length < ORDER_MIN_BYTES + ORDER_SIGNATURE_BYTES) {
        return "order is too short";
    }
    if (get_u32(bytes) != order_magic) {
        return "wrong magic";
    }
    if (get_u16(bytes + 4) != 1) {
        return "version is not 1, the only one supported";
    }
    uint16_t type = get_u16(bytes + 6);
    if (type != ORDER_LAUNCH && type != ORDER_READ) {
        return "unknown type";
    }
    uint32_t total = get_u32(bytes + 8);
    if (total > ORDER_MAX_BYTES || (size_t)total + ORDER_SIGNATURE_BYTES != length) {
        return "totalLength does not match what was sent";
    }
    return NULL;
}

enum reason order_verify(const uint8_t *bytes, size_t length, const uint8_t key[ORDER_KEY_BYTES], const char *node,
                         uint64_t now_ms, struct order *order, const char **why) {
    memset(order, 0, sizeof *order);
    *why = check_envelope(bytes, length);
    if (*why != NULL) {
        return BAD_ORDER;
    }
    uint32_t total = get_u32(bytes + 8);
    if (crypto_sign_verify_detached(bytes + total, bytes, total, key) != 0) {
        *why = "not signed by the server's key";
        return BAD_SIGNATURE;
    }
    *why = parse_header(bytes, order);
    if (*why == NULL) {
        *why = order->type == ORDER_LAUNCH ? parse_launch(bytes, total, order) : parse_read(bytes, total, order);
    }
    if (*why != NULL) {
        return BAD_ORDER;
    }
    if (strlen(node) != order->node_name.length || memcmp(node, order->node_name.bytes, order->node_name.length) != 0) {
        *why = "made out to another node";
        return WRONG_NODE;
    }
    if (order->not_after_ms < now_ms) {
        *why = "notAfterMs has passed";
        return EXPIRED;
    }
    if (order->not_after_ms - now_ms > ORDER_MAX_AHEAD_MS) {
        *why = "notAfterMs is more than 24 h ahead";
        return EXPIRED;
    }
    return REASON_NONE;
}
