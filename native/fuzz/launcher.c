/* What an agent sends to the launcher, with orders that are signed where a frame has room for it. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <sodium.h>
#include <sys/socket.h>

#include "bytes.h"
#include "fuzz.h"
#include "stand_in.h"

enum { FRAME_HEAD = 12, REPLY_HEAD = 22 };

/* Those with a first byte of their signature that is not 0 are left as they are. */
static void sign_orders(uint8_t *bytes, size_t size) {
    for (size_t at = 0; size - at >= FRAME_HEAD;) {
        uint16_t type = get_u16(bytes + at + 6);
        size_t length = get_u32(bytes + at + 8);
        uint8_t *body = bytes + at + FRAME_HEAD;
        if (length > size - at - FRAME_HEAD) {
            return;
        }
        if ((type == LAUNCH || type == READ) && length > ORDER_SIGNATURE_BYTES && body[length - ORDER_SIGNATURE_BYTES] == 0) {
            uint8_t *signature = body + length - ORDER_SIGNATURE_BYTES;
            put_u64(body + 40, realtime_ms() + 1000);
            crypto_sign_detached(signature, NULL, body, length - ORDER_SIGNATURE_BYTES, fuzz_secret_key);
        }
        at += FRAME_HEAD + length;
    }
}

/* A run that lives, one that has ended, one that is forgotten. */
static int add_runs(struct launcher *self) {
    static const enum run_state states[] = {RUN_RUNNING, RUN_ENDED, RUN_FORGOTTEN};
    static const struct exit_record record = {.job_id = 2, .attempt = 1, .text = "ended"};
    int ends[2];
    for (uint64_t i = 0; i < 3; i++) {
        run_add(self, i + 1, 1)->state = states[i];
    }
    MUST(record_write(self->spool_fd, self->node.spool_group, &record, NULL, 0) == 0);
    MUST(pipe2(ends, O_CLOEXEC | O_NONBLOCK) == 0);
    self->runs[0]->fd = ends[1];
    return ends[0];
}

/* Whole replies and nothing else. */
static void check_replies(int fd) {
    static uint8_t bytes[2 * 1024 * 1024];
    size_t length = 0;
    for (ssize_t got = 1; got > 0; length += got > 0 ? (size_t)got : 0) {
        got = recv(fd, bytes + length, sizeof bytes - length, MSG_DONTWAIT);
    }
    for (size_t at = 0; at < length;) {
        MUST(length - at >= REPLY_HEAD && get_u32(bytes + at) == 0x51515250);
        size_t body = get_u32(bytes + at + 8);
        MUST(body >= REPLY_HEAD - FRAME_HEAD && body <= length - at - FRAME_HEAD);
        at += FRAME_HEAD + body;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size == 0 || size > FUZZ_FED / 2) {
        return 0;
    }
    struct launcher *self = fuzz_launcher();
    uint8_t *bytes = malloc(size);
    int agent = -1;
    MUST(bytes != NULL);
    memcpy(bytes, data, size);
    sign_orders(bytes, size);
    snprintf(self->node.layout.tracking, sizeof self->node.layout.tracking, "/nonexistent");
    int control = add_runs(self);
    self->agent_fd = fuzz_feed(bytes, size, &agent);
    int room = 1 << 20;
    setsockopt(self->agent_fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    /* The answers are read as they come: the launcher waits for no agent. */
    for (size_t served = 0; self->agent_fd >= 0; served++) {
        connection_ready(self, NULL);
        check_replies(agent);
        MUST(served <= size);
    }
    close(agent);
    close(control);
    free(bytes);
    fuzz_launcher_clear();
    return 0;
}
