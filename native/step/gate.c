#define _GNU_SOURCE
#include "gate.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "../launcher/bytes.h"

enum { HEAD_BYTES = 5, TELL_WAIT_S = 2, TELL_TRY_MS = 100 };

void gate_u16(struct buffer *frame, size_t value) {
    uint8_t bytes[2];
    put_u16(bytes, (uint16_t)value);
    buffer_add(frame, bytes, sizeof bytes);
}

void gate_u32(struct buffer *frame, uint32_t value) {
    uint8_t bytes[4];
    put_u32(bytes, value);
    buffer_add(frame, bytes, sizeof bytes);
}

void gate_text(struct buffer *frame, const char *text) {
    gate_u16(frame, strlen(text));
    buffer_add(frame, text, strlen(text));
}

/* 0: for as long as it takes. */
static void limit_waits(int fd, int seconds) {
    struct timeval most = {.tv_sec = seconds};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &most, sizeof most);
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &most, sizeof most);
}

int gate_connect(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = getenv("QUEQIAO_SOCKET");
    if (path == NULL || strlen(path) >= sizeof address.sun_path) {
        errno = ENOENT;
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0) {
        /* As long as others wait to be let in. */
        limit_waits(fd, TELL_WAIT_S);
    }
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        int cause = errno;
        close(fd);
        errno = cause;
        return -1;
    }
    if (fd >= 0) {
        limit_waits(fd, 0);
    }
    return fd;
}

static int transfer(int fd, uint8_t *bytes, size_t length, int out) {
    while (length > 0) {
        ssize_t moved = out ? send(fd, bytes, length, MSG_NOSIGNAL) : recv(fd, bytes, length, 0);
        if (moved == 0 || (moved < 0 && errno != EINTR)) {
            return -1;
        }
        bytes += moved > 0 ? moved : 0;
        length -= moved > 0 ? (size_t)moved : 0;
    }
    return 0;
}

int gate_send(int fd, enum gate_type type, const struct buffer *body) {
    struct buffer frame = {0};
    uint8_t head[HEAD_BYTES];
    size_t length = body == NULL ? 0 : body->end - body->start;
    put_u32(head, (uint32_t)(length + 1));
    head[4] = (uint8_t)type;
    buffer_add(&frame, head, sizeof head);
    if (length > 0) {
        buffer_add(&frame, body->bytes + body->start, length);
    }
    int result = transfer(fd, frame.bytes, frame.end, 1);
    buffer_free(&frame);
    return result;
}

int gate_receive(int fd, enum gate_type *type, uint8_t **body, size_t *length) {
    uint8_t head[HEAD_BYTES];
    if (transfer(fd, head, sizeof head, 0) != 0) {
        return -1;
    }
    size_t total = get_u32(head);
    if (total < 1 || total > GATE_MAX_FRAME) {
        return -1;
    }
    *type = (enum gate_type)head[4];
    *length = total - 1;
    *body = malloc(total);
    if (*body == NULL || transfer(fd, *body, *length, 0) != 0) {
        free(*body);
        return -1;
    }
    (*body)[*length] = 0;
    return 0;
}

void gate_tell_end(int *fd, uint32_t step, uint32_t code) {
    struct timespec moment = {.tv_nsec = TELL_TRY_MS * 1000L * 1000L};
    struct timespec begun;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &begun);
    now = begun;
    if (*fd >= 0) {
        limit_waits(*fd, TELL_WAIT_S);
    }
    struct buffer body = {0};
    gate_u32(&body, step);
    gate_u32(&body, code);
    for (int tries = 0; now.tv_sec - begun.tv_sec < GATE_TELL_S; tries++) {
        enum gate_type type = GATE_REFUSED;
        uint8_t *answer = NULL;
        size_t length = 0;
        /* The agent answers with its greeting once it has passed the end on. */
        if (*fd >= 0 && gate_send(*fd, GATE_ENDED, &body) == 0 && gate_receive(*fd, &type, &answer, &length) == 0) {
            free(answer);
            break;
        }
        if (tries > 0 || *fd >= 0) {
            nanosleep(&moment, NULL);
        }
        if (*fd >= 0) {
            close(*fd);
        }
        *fd = gate_connect();
        if (*fd >= 0) {
            limit_waits(*fd, TELL_WAIT_S);
        }
        clock_gettime(CLOCK_MONOTONIC, &now);
        if (*fd >= 0 && gate_receive(*fd, &type, &answer, &length) == 0) {
            free(answer);
        }
    }
    buffer_free(&body);
}
