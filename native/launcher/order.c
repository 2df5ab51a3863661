#include "order.h"

#include <sodium.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "bytes.h"

enum { LAUNCH_FIXED_BYTES = 108, READ_FIXED_BYTES = 100 };

static const uint32_t order_magic = 0x51514C4F;

/* A field behind the fixed part: where its length stands, its bounds, and what it must be. */
struct field {
    uint32_t length_at, least, most;
    size_t span; /* in struct order */
    enum { BYTES, STRINGS, TEXT, ABSOLUTE_PATH } kind; /* strings are each closed by NUL; the latter two hold none */
    const char *wrong_length;
};

static const struct field launch_fields[] = {
    {84, 1, ORDER_MAX_NAME, offsetof(struct order, node_name), TEXT, "nodeNameLength is out of bounds"},
    {88, 1, ORDER_MAX_PATH, offsetof(struct order, work_dir), ABSOLUTE_PATH, "workDirLength is out of bounds"},
    {92, 1, ORDER_MAX_PATH, offsetof(struct order, stdout_path), TEXT, "stdoutPathLength is out of bounds"},
    {96, 0, ORDER_MAX_PATH, offsetof(struct order, stderr_path), TEXT, "stderrPathLength is out of bounds"},
    {100, 0, ORDER_MAX_ENVIRONMENT, offsetof(struct order, environment), STRINGS, "environmentLength is out of bounds"},
    {104, 1, ORDER_MAX_SCRIPT, offsetof(struct order, script), BYTES, "scriptLength is out of bounds"},
    /* Only with the flag. */
    {108, 0, ORDER_MAX_DEVICES, offsetof(struct order, devices), STRINGS, "devicesLength is out of bounds"}};

static const struct field read_fields[] = {
    {92, 1, ORDER_MAX_NAME, offsetof(struct order, node_name), TEXT, "nodeNameLength is out of bounds"},
    {96, 1, ORDER_MAX_PATH, offsetof(struct order, path), ABSOLUTE_PATH, "pathLength is out of bounds"}};

/* Takes the fields in their order, which must fill all from `at` to the end. */
static const char *take_fields(const uint8_t *bytes, uint32_t total, uint32_t at, const struct field *fields,
                               size_t count, struct order *order) {
    for (size_t i = 0; i < count; i++) {
        struct span *span = (struct span *)(void *)((char *)order + fields[i].span);
        uint32_t length = get_u32(bytes + fields[i].length_at);
        if (length < fields[i].least || length > fields[i].most) {
            return fields[i].wrong_length;
        }
        if (at > total || length > total - at) {
            return "the fields do not fill totalLength";
        }
        *span = (struct span){at, length};
        at += length;
        if (fields[i].kind == STRINGS && length > 0 && bytes[at - 1] != 0) {
            return "environment or devices are not closed by NUL";
        }
        if (fields[i].kind >= TEXT && length > 0 && memchr(bytes + span->at, 0, length) != NULL) {
            return "NUL in a name or path";
        }
        if (fields[i].kind == ABSOLUTE_PATH && bytes[span->at] != '/') {
            return "workDir or path is not absolute";
        }
    }
    return at == total ? NULL : "the fields do not fill totalLength";
}

static const char *parse_launch(const uint8_t *bytes, uint32_t total, struct order *order) {
    bool has_devices = (order->flags & ORDER_DEVICES) != 0;
    bool has_lease = (order->flags & ORDER_LEASE) != 0;
    uint32_t fixed = LAUNCH_FIXED_BYTES + (has_devices ? 4U : 0) + (has_lease ? 4U : 0);
    if (total < fixed) {
        return "launch order is too short";
    }
    order->lease_ms = has_lease ? get_u32(bytes + fixed - 4) : 0;
    if (has_lease && (order->lease_ms == 0 || order->lease_ms > ORDER_MAX_LEASE_MS)) {
        return "leaseMs is out of bounds";
    }
    order->core_count = get_u32(bytes + 80);
    order->cores_at = fixed;
    if (order->core_count > ORDER_MAX_CORES) {
        return "coreCount is out of bounds";
    }
    size_t count = sizeof launch_fields / sizeof *launch_fields - (has_devices ? 0 : 1);
    const char *wrong = take_fields(bytes, total, fixed + 2 * order->core_count, launch_fields, count, order);
    if (wrong != NULL) {
        return wrong;
    }
    for (uint32_t i = 1; i < order->core_count; i++) {
        if (get_u16(bytes + fixed + (size_t)2 * i) <= get_u16(bytes + fixed + (size_t)2 * (i - 1))) {
            return "core ids are not ascending";
        }
    }
    bool interpreted = order->script.length >= 2 && memcmp(bytes + order->script.at, "#!", 2) == 0;
    return interpreted ? NULL : "script does not start with #!";
}

static const char *parse_read(const uint8_t *bytes, uint32_t total, struct order *order) {
    order->offset = get_u64(bytes + 80);
    order->max_bytes = get_u32(bytes + 88);
    if (order->offset > INT64_MAX || order->max_bytes > ORDER_MAX_READ) {
        return "offset or maxBytes is out of bounds";
    }
    if (order->mem_bytes != 0 || order->pids_max != 0 || order->grace_ms != 0 || (order->flags & (ORDER_DEVICES | ORDER_LEASE)) != 0) {
        return "a read order carries limits";
    }
    return take_fields(bytes, total, READ_FIXED_BYTES, read_fields, sizeof read_fields / sizeof *read_fields, order);
}

static const char *parse_header(const uint8_t *bytes, struct order *order) {
    order->bytes = bytes;
    order->total = get_u32(bytes + 8);
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
    if ((order->flags & ~(uint32_t)(ORDER_NO_NEW_PRIVS | ORDER_DEVICES | ORDER_LEASE)) != 0) {
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
    if (strlen(node) != order->node_name.length || memcmp(node, bytes + order->node_name.at, order->node_name.length) != 0) {
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
