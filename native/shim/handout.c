/* The agent's end of the launcher's handout, and the reading of what was handed out. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "bytes.h"
#include "counters.h"
#include "shim.h"

enum { WAIT_S = 2 };

int32_t shim_handout_connect(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct timeval wait = {WAIT_S, 0};
    if (strlen(path) >= sizeof address.sun_path) {
        return -ENAMETOOLONG;
    }
    memcpy(address.sun_path, path, strlen(path));
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return -errno;
    }
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) != 0 ||
        connect(fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        int cause = errno;
        close(fd);
        return -cause;
    }
    return fd;
}

/* The descriptors of an answer; every one of them is the caller's, also when the answer is wrong. */
static size_t take_rights(struct msghdr *message, int32_t fds[SHIM_MAX_HANDED]) {
    size_t count = 0;
    for (struct cmsghdr *each = CMSG_FIRSTHDR(message); each != NULL; each = CMSG_NXTHDR(message, each)) {
        if (each->cmsg_level == SOL_SOCKET && each->cmsg_type == SCM_RIGHTS) {
            size_t here = (each->cmsg_len - CMSG_LEN(0)) / sizeof(int);
            for (size_t i = 0; i < here; i++) {
                int fd = -1;
                memcpy(&fd, CMSG_DATA(each) + i * sizeof fd, sizeof fd);
                if (count < SHIM_MAX_HANDED) {
                    fds[count++] = fd;
                } else {
                    close(fd);
                }
            }
        }
    }
    return count;
}

/* The map of what is received and sent stands for two counters, each with a descriptor. */
static int32_t with_traffic(int32_t count, int32_t fds[SHIM_MAX_HANDED], int32_t counters[SHIM_MAX_HANDED]) {
    for (int32_t i = 0; i < count; i++) {
        if (counters[i] == COUNTER_TRAFFIC) {
            int second = count < SHIM_MAX_HANDED ? fcntl(fds[i], F_DUPFD_CLOEXEC, 0) : -1;
            counters[i] = COUNTER_RECEIVED_BYTES;
            if (second >= 0) {
                fds[count] = second;
                counters[count] = COUNTER_SENT_BYTES;
                return count + 1;
            }
        }
    }
    return count;
}

int32_t shim_handout_ask(int32_t socket_fd, int64_t job_id, int32_t attempt, int32_t fds[SHIM_MAX_HANDED],
                         int32_t counters[SHIM_MAX_HANDED]) {
    uint8_t request[12];
    uint8_t answer[8 + 2 * SHIM_MAX_HANDED];
    char control[CMSG_SPACE(sizeof(int) * SHIM_MAX_HANDED)];
    struct iovec part = {answer, sizeof answer};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    put_u64(request, (uint64_t)job_id);
    put_u32(request + 8, (uint32_t)attempt);
    if (send(socket_fd, request, sizeof request, MSG_NOSIGNAL) != (ssize_t)sizeof request) {
        return -errno;
    }
    ssize_t length = recvmsg(socket_fd, &message, MSG_CMSG_CLOEXEC);
    if (length < 0) {
        return -errno;
    }
    size_t count = take_rights(&message, fds);
    bool whole = length >= 8 && get_u32(answer + 4) == count && (size_t)length == 8 + 2 * count;
    int32_t cause = whole ? (int32_t)get_u32(answer) : length == 0 ? EPIPE : EPROTO;
    for (size_t i = 0; i < count; i++) {
        counters[i] = get_u16(answer + 8 + 2 * i);
        if (cause != 0) {
            close(fds[i]);
        }
    }
    return cause != 0 ? -cause : with_traffic((int32_t)count, fds, counters);
}

/* The number behind `key`, or the first one when it is NULL. */
static int read_figure(int fd, const char *key, uint64_t *value) {
    char text[2048];
    ssize_t length = pread(fd, text, sizeof text - 1, 0);
    if (length < 0) {
        return errno;
    }
    text[length] = 0;
    const char *found = key == NULL ? text : strstr(text, key);
    *value = found == NULL ? 0 : strtoull(found + (key == NULL ? 0 : strlen(key)), NULL, 10);
    return found == NULL ? ENODATA : 0;
}

int32_t shim_handout_read(int32_t count, const int32_t fds[], const int32_t counters[], int64_t values[]) {
    int32_t good = 0;
    for (int32_t i = 0; i < count; i++) {
        struct counter_value value = {0};
        int cause = 0;
        if (counters[i] <= COUNTER_PERF_LAST) {
            cause = counter_read_event(fds[i], &value);
        } else if (counters[i] == COUNTER_RECEIVED_BYTES || counters[i] == COUNTER_SENT_BYTES) {
            uint64_t both[2] = {0, 0};
            cause = counters_read_traffic(fds[i], both);
            value.value = both[counters[i] - COUNTER_RECEIVED_BYTES];
        } else if (counters[i] == COUNTER_CPU_USER) {
            cause = read_figure(fds[i], "user_usec ", &value.value);
        } else if (counters[i] == COUNTER_CPU_SYSTEM) {
            cause = read_figure(fds[i], "system_usec ", &value.value);
        } else {
            cause = read_figure(fds[i], NULL, &value.value);
        }
        values[i] = cause == 0 && value.value <= INT64_MAX ? (int64_t)value.value : -1;
        good += cause == 0;
    }
    return good;
}

void shim_event_read(int32_t fd, int64_t told[SHIM_EVENT_FIELDS]) {
    struct counter_value value = {0};
    int cause = counter_read_event(fd, &value);
    cause = cause == 0 && value.value > INT64_MAX ? EOVERFLOW : cause;
    told[SHIM_EVENT_VALUE] = cause == 0 ? (int64_t)value.value : 0;
    told[SHIM_EVENT_STATE] = cause == 0 ? value.state : COUNTER_FAILED;
    told[SHIM_EVENT_CAUSE] = cause == 0 ? (int64_t)value.cause : cause;
}
