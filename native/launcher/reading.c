/* Reads a part of a user's file in a child that has become that user. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bytes.h"
#include "launcher.h"
#include "steps.h"

/* What the child sends: u32 errno, u32 length, u64 fileSize, then the bytes. */
enum { HEAD_BYTES = 16, PIPE_FD = 3 };

static int read_as_user(const struct order *order, uint8_t *reply) {
    char path[ORDER_MAX_PATH + 1];
    memcpy(path, order->path.bytes, order->path.length);
    path[order->path.length] = 0;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0) {
        return errno;
    }
    if (!S_ISREG(status.st_mode)) {
        return EINVAL;
    }
    uint32_t length = 0;
    while (length < order->max_bytes) {
        ssize_t got = pread(fd, reply + HEAD_BYTES + length, order->max_bytes - length, (off_t)(order->offset + length));
        if (got < 0 && errno != EINTR) {
            return errno;
        }
        if (got == 0) {
            break;
        }
        length += got > 0 ? (uint32_t)got : 0;
    }
    put_u32(reply + 4, length);
    put_u64(reply + 8, (uint64_t)status.st_size);
    return 0;
}

static _Noreturn void run_child(const struct launcher *self, const struct order *order,
                                const struct identity *identity, int pipe_end) {
    static uint8_t reply[HEAD_BYTES + ORDER_MAX_READ];
    if (dup2(pipe_end, PIPE_FD) < 0 || close_range(PIPE_FD + 1, ~0U, 0) != 0) {
        _exit(1);
    }
    if (self->is_root && (take_identity(identity->uid, identity->gid, identity->groups, identity->group_count) != NULL ||
                          prove_identity(identity->uid, identity->gid, identity->groups, identity->group_count) != NULL)) {
        _exit(1);
    }
    put_u32(reply, (uint32_t)read_as_user(order, reply));
    _exit(write_all(PIPE_FD, reply, HEAD_BYTES + get_u32(reply + 4)) == 0 ? 0 : 1);
}

void reading_start(struct launcher *self, struct connection *connection, const struct order *order,
                   const struct identity *identity) {
    struct reading *reading = &connection->reading;
    int ends[2];
    if (self->reads == MAX_READS) {
        connection_reply(connection, READ, STATUS_BUSY, FULL, "too many reads at a time", NULL, 0);
        return;
    }
    if (pipe2(ends, O_CLOEXEC) != 0) {
        connection_reply(connection, READ, STATUS_FAILED, (uint32_t)errno, strerror(errno), NULL, 0);
        return;
    }
    reading->bytes = malloc(HEAD_BYTES + (size_t)order->max_bytes + 1);
    reading->child = reading->bytes == NULL ? -1 : fork();
    if (reading->child == 0) {
        run_child(self, order, identity, ends[1]);
    }
    int cause = errno;
    close(ends[1]);
    if (reading->child < 0) {
        close(ends[0]);
        free(reading->bytes);
        reading->bytes = NULL;
        connection_reply(connection, READ, STATUS_FAILED, (uint32_t)cause, strerror(cause), NULL, 0);
        return;
    }
    reading->child_fd = (int)syscall(SYS_pidfd_open, reading->child, 0);
    reading->connection = connection;
    reading->fd = ends[0];
    reading->length = 0;
    reading->capacity = HEAD_BYTES + (size_t)order->max_bytes + 1;
    connection->deadline_ms = monotonic_ms() + ANSWER_TIMEOUT_MS;
    self->reads++;
    watch_fd(self, reading->fd, EPOLLIN, reading);
}

void reading_cancel(struct launcher *self, struct reading *reading) {
    if (reading->fd < 0) {
        return;
    }
    /* By descriptor: the child may be gone, reaped by the kernel, and its number given to another. */
    if (reading->child_fd >= 0) {
        syscall(SYS_pidfd_send_signal, reading->child_fd, SIGKILL, NULL, 0);
        close(reading->child_fd);
    }
    close(reading->fd);
    free(reading->bytes);
    reading->fd = -1;
    reading->bytes = NULL;
    self->reads--;
}

static void reply(const struct reading *reading) {
    const uint8_t *bytes = reading->bytes;
    struct connection *connection = reading->connection;
    if (reading->length < HEAD_BYTES || reading->length != HEAD_BYTES + (size_t)get_u32(bytes + 4)) {
        connection_reply(connection, READ, STATUS_FAILED, EIO, "the reading process died", NULL, 0);
    } else if (get_u32(bytes) != 0) {
        int cause = (int)get_u32(bytes);
        connection_reply(connection, READ, STATUS_FAILED, (uint32_t)cause, strerror(cause), NULL, 0);
    } else {
        connection_reply(connection, READ, STATUS_OK, 0, "", bytes + 8, reading->length - 8);
    }
}

void reading_ready(struct launcher *self, struct reading *reading) {
    if (reading->fd < 0) {
        return;
    }
    ssize_t got = read(reading->fd, reading->bytes + reading->length, reading->capacity - reading->length);
    if (got > 0 && reading->length + (size_t)got < reading->capacity) {
        reading->length += (size_t)got;
        return;
    }
    if (got < 0 && errno == EINTR) {
        return;
    }
    reply(reading);
    reading_cancel(self, reading);
}
