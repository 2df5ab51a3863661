/*
 * The agent's connection, one request at a time: what the agent does not send or take within a time ends it, so an
 * agent that stands still or means harm holds nothing up for longer.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "bytes.h"
#include "launcher.h"

enum { FRAME_HEADER_BYTES = 12, MAX_TEXT = 512, REPLY_FIXED_BYTES = 10 };

static const uint32_t request_magic = 0x51515251;
static const uint32_t reply_magic = 0x51515250;

/* A new connection goes first. */
static bool agent_waits(const struct launcher *self) {
    struct pollfd ready[] = {{.fd = self->listener_fd, .events = POLLIN}, {.fd = self->agent_fd, .events = POLLIN}};
    return poll(ready, 2, 0) > 0 && ready[0].revents == 0 && ready[1].revents != 0;
}

static bool receive(const struct launcher *self, uint8_t *bytes, size_t length) {
    return length == 0 || recv(self->agent_fd, bytes, length, MSG_WAITALL) == (ssize_t)length;
}

void connection_reply(struct launcher *self, uint16_t type, enum status status, uint32_t reason, const char *text,
                      const uint8_t *payload, size_t length) {
    uint8_t head[FRAME_HEADER_BYTES + REPLY_FIXED_BYTES + MAX_TEXT];
    size_t text_length = strnlen(text, MAX_TEXT);
    size_t head_length = FRAME_HEADER_BYTES + REPLY_FIXED_BYTES + text_length;
    const struct iovec parts[] = {{head, head_length}, {(void *)(uintptr_t)payload, length}};
    put_u32(head, reply_magic);
    put_u16(head + 4, 1);
    put_u16(head + 6, type);
    put_u32(head + 8, (uint32_t)(head_length - FRAME_HEADER_BYTES + length));
    put_u32(head + 12, status);
    put_u32(head + 16, reason);
    put_u16(head + 20, (uint16_t)text_length);
    memcpy(head + 22, text, text_length);
    if (self->agent_fd >= 0 && writev(self->agent_fd, parts, 2) != (ssize_t)(head_length + length)) {
        close_fd(&self->agent_fd);
    }
}

void connection_answer(struct launcher *self, uint16_t type, enum status status, uint32_t reason, const char *text) {
    connection_reply(self, type, status, reason, text, NULL, 0);
}

/* The words for what is wrong with a frame's header, before any of its body is looked at. */
static const char *check_frame(const uint8_t *header) {
    uint16_t type = get_u16(header + 6);
    if (get_u32(header) != request_magic) {
        return "not a request frame";
    }
    if (get_u16(header + 4) != 1) {
        return "version is not 1, the only one supported";
    }
    if (type < LAUNCH || type > SUSPEND) {
        return "unknown request type";
    }
    return request_fits(type, get_u32(header + 8)) ? NULL : "bodyLength is not allowed for this type";
}

/* False: the connection has ended, or is to end. */
static bool serve_one(struct launcher *self) {
    static uint8_t header[FRAME_HEADER_BYTES];
    static uint8_t body[ORDER_MAX_BYTES + ORDER_SIGNATURE_BYTES];
    if (!receive(self, header, sizeof header)) {
        return false;
    }
    uint16_t type = get_u16(header + 6);
    const char *why = check_frame(header);
    if (why != NULL || type != LAUNCH) {
        /* Replies keep the order of the requests. */
        batch_commit(self);
    }
    if (why != NULL) {
        bool known = get_u32(header) == request_magic && type >= LAUNCH && type <= SUSPEND;
        connection_answer(self, known ? type : 0, STATUS_MALFORMED, BAD_FRAME, why);
        return false;
    }
    size_t length = get_u32(header + 8);
    return receive(self, body, length) && handle_request(self, (enum request)type, body, length);
}

/* Launches that wait become durable together. */
void connection_ready(struct launcher *self, struct watch *watch) {
    (void)watch;
    bool open = true;
    bool more = agent_waits(self);
    while (more) {
        open = serve_one(self);
        more = open && batch_count() > 0 && batch_count() < MAX_BATCH && agent_waits(self);
    }
    batch_commit(self);
    if (!open) {
        close_fd(&self->agent_fd);
    }
}
