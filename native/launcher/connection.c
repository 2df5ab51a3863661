#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bytes.h"
#include "launcher.h"

enum { MAX_PENDING_OUT = 256 * 1024, MAX_TEXT = 512, REPLY_FIXED_BYTES = 10 };

static const uint32_t request_magic = 0x51515251;
static const uint32_t reply_magic = 0x51515250;

static void close_connection(struct launcher *self) {
    struct connection *connection = &self->connection;
    helper_cancel(self);
    close_fd(&connection->fd);
    connection->closing = false;
    connection->in.start = connection->in.end = connection->out.start = connection->out.end = 0;
}

/*
 * The newest connection is the agent's. What is unread or waits on the older one is of an agent that
 * is gone, or has given up on it: were it still acted on, a run could begin after the new
 * connection's list said that there is none.
 */
static void take_connection(struct launcher *self) {
    int fd = accept_agent(self, self->listener_fd);
    self->agent_knocks = false;
    if (fd < 0) {
        return;
    }
    if (self->connection.fd >= 0) {
        close_connection(self);
    }
    self->connection.fd = fd;
    self->connection.interest = EPOLLIN;
    watch_fd(self, fd, EPOLLIN, &self->connection.watch);
}

/* Where more bytes go behind what is held. */
static uint8_t *make_room(struct buffer *buffer) {
    if (buffer->start > 0) {
        memmove(buffer->bytes, buffer->bytes + buffer->start, buffer->end - buffer->start);
        buffer->end -= buffer->start;
        buffer->start = 0;
    }
    return buffer->bytes + buffer->end;
}

void connection_reply(struct launcher *self, uint16_t type, enum status status, uint32_t reason, const char *text,
                      const uint8_t *payload, size_t length) {
    size_t text_length = strnlen(text, MAX_TEXT);
    size_t body = REPLY_FIXED_BYTES + text_length + length;
    uint8_t *at = make_room(&self->connection.out);
    if (FRAME_HEADER_BYTES + body > sizeof self->connection.out.bytes - self->connection.out.end) {
        errno = ENOBUFS;
        fatal("put a reply behind others");
    }
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
    self->connection.out.end += FRAME_HEADER_BYTES + body;
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

static void refuse_frame(struct launcher *self, const uint8_t *header, const char *why) {
    uint16_t type = get_u16(header + 6);
    bool known = get_u32(header) == request_magic && type >= LAUNCH && type <= SUSPEND;
    connection_answer(self, known ? type : 0, STATUS_MALFORMED, BAD_FRAME, why);
    self->connection.closing = true;
}

/* One request if it is complete and may be served now; whether there was one. */
static bool serve_one(struct launcher *self) {
    struct connection *connection = &self->connection;
    const uint8_t *header = connection->in.bytes + connection->in.start;
    size_t held = connection->in.end - connection->in.start;
    if (connection->fd < 0 || connection->closing || self->helper.fd >= 0 || held < FRAME_HEADER_BYTES ||
        connection->out.end - connection->out.start >= MAX_PENDING_OUT) {
        return false;
    }
    const char *why = check_frame(header);
    if (why != NULL) {
        if (batch_count() == 0) {
            refuse_frame(self, header, why);
        }
        return false;
    }
    uint16_t type = get_u16(header + 6);
    size_t length = get_u32(header + 8);
    /* Replies keep the order of the requests, and launches are answered after their sync. */
    size_t most = type == LAUNCH ? MAX_BATCH : 1;
    if (held < FRAME_HEADER_BYTES + length || batch_count() >= most ||
        !handle_request(self, (enum request)type, header + FRAME_HEADER_BYTES, length)) {
        return false;
    }
    connection->in.start += FRAME_HEADER_BYTES + length;
    return true;
}

static void send_replies(struct launcher *self) {
    struct connection *connection = &self->connection;
    struct buffer *out = &connection->out;
    while (connection->fd >= 0 && out->start < out->end) {
        ssize_t sent = send(connection->fd, out->bytes + out->start, out->end - out->start, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EAGAIN) {
            return;
        }
        if (sent < 0 && errno != EINTR) {
            close_connection(self);
            return;
        }
        out->start += sent > 0 ? (size_t)sent : 0;
    }
    if (connection->closing && connection->fd >= 0) {
        close_connection(self);
    }
}

static void set_interest(struct launcher *self) {
    struct connection *connection = &self->connection;
    size_t held = connection->in.end - connection->in.start;
    uint32_t interest = !connection->closing && held < sizeof connection->in.bytes ? EPOLLIN : 0;
    interest |= connection->out.start < connection->out.end ? EPOLLOUT : 0;
    if (connection->fd >= 0 && interest != connection->interest) {
        struct epoll_event event = {.events = interest, .data.ptr = &connection->watch};
        if (epoll_ctl(self->epoll_fd, EPOLL_CTL_MOD, connection->fd, &event) != 0) {
            fatal("change what is watched");
        }
        connection->interest = interest;
    }
}

void connection_ready(struct launcher *self, struct watch *watch) {
    struct connection *connection = &self->connection;
    if (connection->fd < 0) {
        return;
    }
    uint8_t *at = make_room(&connection->in);
    size_t room = sizeof connection->in.bytes - connection->in.end;
    if ((watch->events & EPOLLIN) != 0 && room > 0 && !connection->closing) {
        ssize_t got = recv(connection->fd, at, room, MSG_DONTWAIT);
        if (got > 0) {
            connection->in.end += (size_t)got;
        } else if (got == 0) {
            connection->closing = true;
        } else if (errno != EAGAIN && errno != EINTR) {
            close_connection(self);
        }
    } else if ((watch->events & (EPOLLHUP | EPOLLERR)) != 0) {
        close_connection(self);
    }
}

/* Serves all that is complete and commits the launches among it, until nothing moves. */
void connection_serve(struct launcher *self) {
    if (self->agent_knocks) {
        take_connection(self);
    }
    bool moved = true;
    while (moved) {
        moved = false;
        while (serve_one(self)) {
            moved = true;
        }
        moved |= batch_commit(self);
        send_replies(self);
    }
    set_interest(self);
}
