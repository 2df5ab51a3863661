#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bytes.h"
#include "launcher.h"

enum {
    BUFFER_BYTES = 64 * 1024,
    MAX_PENDING_OUT = 256 * 1024,
    MAX_TEXT = 512,
    REPLY_FIXED_BYTES = 10,
    MIN_ORDER_FRAME = ORDER_MIN_BYTES + ORDER_SIGNATURE_BYTES,
    MAX_ORDER_FRAME = ORDER_MAX_BYTES + ORDER_SIGNATURE_BYTES
};

static const uint32_t request_magic = 0x51515251;
static const uint32_t reply_magic = 0x51515250;

static void close_connection(struct launcher *self, struct connection *connection) {
    batch_abandon(connection);
    reading_cancel(self, &connection->reading);
    close(connection->fd);
    free(connection->in);
    free(connection->out);
    *connection = (struct connection){.watch = WATCH_CONNECTION, .fd = -1, .reading = {.watch = WATCH_READ, .fd = -1}};
}

/*
 * The newest connection is the agent's. What is unread or waits on an older one is of an agent that
 * is gone, or has given up on it: were it still acted on, a run could begin after the new
 * connection's list said that there is none.
 */
void connection_accept(struct launcher *self, int listener) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        return;
    }
    struct ucred peer = {0, (uid_t)-1, (gid_t)-1};
    socklen_t length = sizeof peer;
    struct connection *connection = NULL;
    for (size_t i = 0; i < MAX_CONNECTIONS && connection == NULL; i++) {
        connection = self->connections[i].fd < 0 ? &self->connections[i] : NULL;
    }
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0 || peer.uid != self->options.agent_uid ||
        connection == NULL) {
        close(fd);
        return;
    }
    for (size_t i = 0; i < MAX_CONNECTIONS; i++) {
        if (self->connections[i].fd >= 0) {
            close_connection(self, &self->connections[i]);
        }
    }
    connection->fd = fd;
    connection->interest = EPOLLIN;
    watch_fd(self, fd, EPOLLIN, connection);
}

/* Room for `extra` more bytes behind `end`; memory that cannot be had ends the process. */
static void reserve(uint8_t **bytes, size_t *start, size_t *end, size_t *capacity, size_t extra) {
    if (*start > 0) {
        memmove(*bytes, *bytes + *start, *end - *start);
        *end -= *start;
        *start = 0;
    }
    if (*end + extra > *capacity) {
        size_t wanted = *end + extra < BUFFER_BYTES ? BUFFER_BYTES : *end + extra;
        *bytes = realloc(*bytes, wanted);
        if (*bytes == NULL) {
            fatal("memory for a buffer");
        }
        *capacity = wanted;
    }
}

void connection_reply(struct connection *connection, uint16_t type, enum status status, uint32_t reason,
                      const char *text, const uint8_t *payload, size_t length) {
    size_t text_length = strnlen(text, MAX_TEXT);
    size_t body = REPLY_FIXED_BYTES + text_length + length;
    reserve(&connection->out, &connection->out_start, &connection->out_end, &connection->out_capacity,
            FRAME_HEADER_BYTES + body);
    uint8_t *at = connection->out + connection->out_end;
    put_u32(at, reply_magic);
    put_u16(at + 4, 1);
    put_u16(at + 6, type);
    put_u32(at + 8, (uint32_t)body);
    put_u32(at + 12, status);
    put_u32(at + 16, reason);
    put_u16(at + 20, (uint16_t)text_length);
    memcpy(at + 22, text, text_length);
    if (length > 0) {
        memcpy(at + 22 + text_length, payload, length);
    }
    connection->out_end += FRAME_HEADER_BYTES + body;
}

static bool is_length_allowed(uint16_t type, uint32_t length) {
    switch ((enum request)type) {
    case LAUNCH:
    case READ:
        return length >= MIN_ORDER_FRAME && length <= MAX_ORDER_FRAME;
    case SIGNAL:
        return length == 20;
    case LIST:
    case SUSPEND:
        return length == 16;
    case FORGET:
        return length == 12;
    case CAPABILITIES:
        return length == 0;
    }
    return false;
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
    return is_length_allowed(type, get_u32(header + 8)) ? NULL : "bodyLength is not allowed for this type";
}

static void refuse_frame(struct connection *connection, const uint8_t *header, const char *why) {
    uint16_t type = get_u16(header + 6);
    bool known = get_u32(header) == request_magic && type >= LAUNCH && type <= SUSPEND;
    connection_reply(connection, known ? type : 0, STATUS_MALFORMED, BAD_FRAME, why, NULL, 0);
    connection->closing = true;
}

static bool may_serve(const struct connection *connection) {
    return connection->fd >= 0 && !connection->closing && !connection->awaits_identity &&
           connection->reading.fd < 0 && connection->out_end - connection->out_start < MAX_PENDING_OUT;
}

/* One request if it is complete and may be served now; whether there was one. */
static bool serve_one(struct launcher *self, struct connection *connection) {
    size_t held = connection->in_end - connection->in_start;
    if (!may_serve(connection) || held < FRAME_HEADER_BYTES) {
        return false;
    }
    const uint8_t *header = connection->in + connection->in_start;
    const char *why = check_frame(header);
    if (why != NULL) {
        if (!connection->batched) {
            refuse_frame(connection, header, why);
        }
        return false;
    }
    uint16_t type = get_u16(header + 6);
    size_t length = get_u32(header + 8);
    if (held < FRAME_HEADER_BYTES + length || (type == LAUNCH ? batch_is_full() : connection->batched)) {
        return false;
    }
    if (!handle_request(self, connection, (enum request)type, header + FRAME_HEADER_BYTES, length)) {
        return false;
    }
    connection->in_start += FRAME_HEADER_BYTES + length;
    return true;
}

static void send_replies(struct launcher *self, struct connection *connection) {
    while (connection->fd >= 0 && connection->out_start < connection->out_end) {
        ssize_t sent = send(connection->fd, connection->out + connection->out_start,
                            connection->out_end - connection->out_start, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EAGAIN) {
            return;
        }
        if (sent < 0 && errno != EINTR) {
            close_connection(self, connection);
            return;
        }
        connection->out_start += sent > 0 ? (size_t)sent : 0;
    }
    if (connection->closing && connection->fd >= 0 && !connection->batched) {
        close_connection(self, connection);
    }
}

/* The space that a read may fill: a whole frame if one has begun, otherwise a buffer's worth. */
static size_t wanted_bytes(const struct connection *connection) {
    size_t held = connection->in_end - connection->in_start;
    size_t frame = BUFFER_BYTES;
    if (held >= FRAME_HEADER_BYTES && check_frame(connection->in + connection->in_start) == NULL) {
        size_t whole = FRAME_HEADER_BYTES + get_u32(connection->in + connection->in_start + 8);
        frame = whole > BUFFER_BYTES ? whole : BUFFER_BYTES;
    }
    return held < frame ? frame - held : 0;
}

static void set_interest(struct launcher *self, struct connection *connection) {
    uint32_t interest = !connection->closing && wanted_bytes(connection) > 0 ? EPOLLIN : 0;
    interest |= connection->out_start < connection->out_end ? EPOLLOUT : 0;
    if (interest != connection->interest) {
        struct epoll_event event = {.events = interest, .data.ptr = connection};
        if (epoll_ctl(self->epoll_fd, EPOLL_CTL_MOD, connection->fd, &event) != 0) {
            fatal("change what is watched");
        }
        connection->interest = interest;
    }
}

void connection_ready(struct launcher *self, struct connection *connection, uint32_t events) {
    if (connection->fd < 0) {
        return;
    }
    size_t room = wanted_bytes(connection);
    if ((events & EPOLLIN) != 0 && room > 0 && !connection->closing) {
        reserve(&connection->in, &connection->in_start, &connection->in_end, &connection->in_capacity, room);
        ssize_t got = recv(connection->fd, connection->in + connection->in_end, room, MSG_DONTWAIT);
        if (got > 0) {
            connection->in_end += (size_t)got;
        } else if (got == 0) {
            connection->closing = true;
        } else if (errno != EAGAIN && errno != EINTR) {
            close_connection(self, connection);
        }
    } else if ((events & (EPOLLHUP | EPOLLERR)) != 0) {
        close_connection(self, connection);
    }
}

/* Serves all that is complete, commits the launches of all connections together, until nothing moves. */
void connections_serve(struct launcher *self) {
    bool moved = true;
    while (moved) {
        moved = false;
        for (size_t i = 0; i < MAX_CONNECTIONS; i++) {
            while (serve_one(self, &self->connections[i])) {
                moved = true;
            }
        }
        moved |= batch_commit(self);
        for (size_t i = 0; i < MAX_CONNECTIONS; i++) {
            send_replies(self, &self->connections[i]);
        }
    }
    for (size_t i = 0; i < MAX_CONNECTIONS; i++) {
        if (self->connections[i].fd >= 0) {
            set_interest(self, &self->connections[i]);
        }
    }
}

uint64_t connections_deadline(const struct launcher *self) {
    uint64_t earliest_ms = UINT64_MAX;
    for (size_t i = 0; i < MAX_CONNECTIONS; i++) {
        const struct connection *connection = &self->connections[i];
        if (connection->fd >= 0 && (connection->awaits_identity || connection->reading.fd >= 0) &&
            connection->deadline_ms < earliest_ms) {
            earliest_ms = connection->deadline_ms;
        }
    }
    return earliest_ms;
}

void connections_expire(struct launcher *self) {
    uint64_t now_ms = monotonic_ms();
    for (size_t i = 0; i < MAX_CONNECTIONS; i++) {
        struct connection *connection = &self->connections[i];
        if (connection->fd >= 0 && connection->reading.fd >= 0 && connection->deadline_ms <= now_ms) {
            reading_cancel(self, &connection->reading);
            connection_reply(connection, READ, STATUS_FAILED, ETIMEDOUT, "the file system did not answer", NULL, 0);
        }
    }
}
