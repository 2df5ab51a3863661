#define _GNU_SOURCE
#include "lines.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "session.h"

static int open_file(const char *pattern, uint32_t step) {
    char path[4096];
    pattern_expand(path, sizeof path, pattern, 0, 0, step);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOCTTY | O_CLOEXEC, 0666);
    if (fd < 0) {
        fprintf(stderr, "queqiao run: %s: %s\n", path, strerror(errno));
    }
    return fd;
}

bool lines_open(struct lines *lines, uint32_t tasks, bool label, const char *out, const char *err, uint32_t step) {
    char digits[16];
    *lines = (struct lines){.tasks = tasks, .label = label, .out = STDOUT_FILENO, .err = STDERR_FILENO};
    lines->width = snprintf(digits, sizeof digits, "%u", tasks - 1);
    lines->partial = calloc((size_t)2 * tasks, sizeof *lines->partial);
    if (out != NULL) {
        lines->out = open_file(out, step);
        lines->err = lines->out;
    }
    if (err != NULL) {
        lines->err = open_file(err, step);
    }
    return lines->partial != NULL && lines->out >= 0 && lines->err >= 0;
}

/* A reader that is gone is no reason to end the tasks, nor is a full disk: that is said at the end. */
static void put(struct lines *lines, bool to_err, const void *bytes, size_t length) {
    const uint8_t *at = bytes;
    int fd = to_err ? lines->err : lines->out;
    while (length > 0) {
        ssize_t written = write(fd, at, length);
        if (written < 0 && errno == EAGAIN) {
            /* Somebody else who has this stream wants not to wait. */
            struct pollfd room = {.fd = fd, .events = POLLOUT};
            poll(&room, 1, -1);
        } else if (written < 0 && errno != EINTR) {
            int cause = errno;
            bool gone = cause == EPIPE || (cause == EIO && isatty(fd) != 0);
            lines->cause = lines->cause != 0 || gone ? lines->cause : cause;
            return;
        }
        at += written > 0 ? written : 0;
        length -= written > 0 ? (size_t)written : 0;
    }
}

static void put_line(struct lines *lines, uint32_t rank, bool to_err, struct buffer *line) {
    char label[24];
    struct buffer whole = {0};
    buffer_add(&whole, label, (size_t)snprintf(label, sizeof label, "%*u: ", lines->width, rank));
    memcpy(whole.bytes, label, whole.end);
    buffer_add(&whole, line->bytes + line->start, line->end - line->start);
    put(lines, to_err, whole.bytes, whole.end);
    buffer_free(&whole);
    line->start = line->end = 0;
}

void lines_write(struct lines *lines, uint32_t rank, bool to_err, const uint8_t *bytes, size_t length) {
    if (!lines->label) {
        put(lines, to_err, bytes, length);
        return;
    }
    struct buffer *partial = &lines->partial[(size_t)2 * rank + (to_err ? 1 : 0)];
    while (length > 0) {
        const uint8_t *end = memchr(bytes, '\n', length);
        size_t part = end == NULL ? length : (size_t)(end + 1 - bytes);
        buffer_add(partial, bytes, part);
        bytes += part;
        length -= part;
        if (end != NULL || partial->end - partial->start >= LINE_MAX_BYTES) {
            put_line(lines, rank, to_err, partial);
        }
    }
}

int lines_close(struct lines *lines) {
    for (size_t i = 0; lines->partial != NULL && i < (size_t)2 * lines->tasks; i++) {
        if (lines->partial[i].end > lines->partial[i].start) {
            buffer_add(&lines->partial[i], "\n", 1);
            put_line(lines, (uint32_t)(i / 2), i % 2 == 1, &lines->partial[i]);
        }
        buffer_free(&lines->partial[i]);
    }
    free(lines->partial);
    lines->partial = NULL;
    return lines->cause;
}
