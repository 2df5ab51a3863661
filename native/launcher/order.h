/* The signed order of the server: what to launch or read, as whom, where and until when. */
#ifndef QUEQIAO_ORDER_H
#define QUEQIAO_ORDER_H

#include <stddef.h>
#include <stdint.h>

enum order_type { ORDER_LAUNCH = 1, ORDER_READ = 2 };

enum order_limit {
    ORDER_HEADER_BYTES = 80,
    ORDER_SIGNATURE_BYTES = 64,
    ORDER_KEY_BYTES = 32,
    ORDER_MAX_BYTES = 2 * 1024 * 1024,
    ORDER_MIN_BYTES = 100,
    ORDER_MAX_NAME = 255,
    ORDER_MAX_PATH = 4096,
    ORDER_MAX_ENVIRONMENT = 256 * 1024,
    ORDER_MAX_VARIABLES = 4096,
    ORDER_MAX_SCRIPT = 1024 * 1024,
    ORDER_MAX_CORES = 4096,
    ORDER_MAX_DEVICES = 4096,
    ORDER_MAX_READ = 1024 * 1024,
    ORDER_MAX_GRACE_MS = 3600 * 1000,
    ORDER_MAX_LEASE_MS = 7 * 24 * 3600 * 1000,
    ORDER_MAX_AHEAD_MS = 24 * 3600 * 1000
};

enum order_flag { ORDER_NO_NEW_PRIVS = 1, ORDER_DEVICES = 2, ORDER_LEASE = 4 };

/* Why a request is refused; the numbers are part of the protocol. */
enum reason {
    REASON_NONE = 0,
    BAD_FRAME = 1,
    BAD_ORDER = 2,
    BAD_SIGNATURE = 3,
    WRONG_NODE = 4,
    EXPIRED = 5,
    UNKNOWN_USER = 6,
    FORBIDDEN_USER = 7,
    NAME_SERVICE = 8,
    STILL_RUNNING = 9,
    BAD_SIGNAL = 10,
    FULL = 11
};

/* Of the bytes of an order. */
struct span {
    uint32_t at, length;
};

/* A verified order. */
struct order {
    const uint8_t *bytes; /* as received and signed, not its own */
    uint32_t total;
    uint16_t type;
    uint32_t flags;
    uint64_t job_id;
    uint32_t attempt;
    uint32_t uid;
    uint64_t epoch;
    uint64_t not_after_ms;
    uint64_t mem_bytes;
    uint32_t pids_max;
    uint32_t grace_ms;
    uint32_t lease_ms; /* 0: it goes on without contact */
    uint32_t core_count;
    uint32_t cores_at; /* u16 big-endian each */
    struct span node_name;
    struct span work_dir;
    struct span stdout_path;
    struct span stderr_path;
    struct span environment;
    struct span script;
    struct span devices; /* NAME:INDEX strings, each closed by NUL */
    uint64_t offset;
    uint32_t max_bytes;
    struct span path;
};

/*
 * Checks length, signature, rules, node and time, in this order, so that nothing unsigned is parsed
 * beyond the fixed header. `bytes` is the order followed by its signature. Returns REASON_NONE and
 * fills `order`, or the reason and in `why` its words.
 */
enum reason order_verify(const uint8_t *bytes, size_t length, const uint8_t key[ORDER_KEY_BYTES], const char *node,
                         uint64_t now_ms, struct order *order, const char **why);

#endif
