/* The agent's end of the handout by monitors, and the reading of what was handed out. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "bytes.h"
#include "counters.h"
#include "shim.h"

enum { RUN_BYTES = 12, TRIES = 100, WAIT_MS = 200, BACKLOG = 1024 };

/* The folder of the agent, which nobody else may enter; or a negated errno. */
static int open_own(const char *folder) {
    struct stat status;
    int fd = open(folder, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0) {
        return -errno;
    }
    if (status.st_uid != geteuid() || (status.st_mode & 077) != 0) {
        close(fd);
        return -EPERM;
    }
    return fd;
}

int32_t shim_handout_listen(const char *folder, int32_t number) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int own = open_own(folder);
    if (own < 0) {
        return own;
    }
    /* By the descriptor: the path of the folder may be longer than an address. */
    snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d/%u", own, (unsigned)number);
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    bool listens = fd >= 0 && (unlink(address.sun_path) == 0 || errno == ENOENT) &&
                   bind(fd, (const struct sockaddr *)&address, sizeof address) == 0 && listen(fd, BACKLOG) == 0;
    int cause = errno;
    close(own);
    if (!listens && fd >= 0) {
        close(fd);
    }
    return listens ? fd : -cause;
}

int32_t shim_handout_listen_abstract(int32_t *number) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    for (int i = 0; fd >= 0 && i < TRIES; i++) {
        uint32_t random = 0;
        if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random) {
            break;
        }
        *number = (int32_t)(random % HANDOUT_NUMBERS);
        int length = snprintf(address.sun_path + 1, sizeof address.sun_path - 1, HANDOUT_NAME, (unsigned)*number);
        socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
        if (bind(fd, (const struct sockaddr *)&address, size) == 0) {
            return listen(fd, BACKLOG) == 0 ? fd : -errno;
        }
    }
    int cause = errno;
    if (fd >= 0) {
        close(fd);
    }
    return -cause;
}

/* Only root and the own user have monitors here: anybody may have connected. */
static bool is_of_monitor(int fd) {
    struct ucred peer = {0, (uid_t)-1, (gid_t)-1};
    socklen_t size = sizeof peer;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && (peer.uid == 0 || peer.uid == geteuid());
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

int32_t shim_handout_take(int32_t listener, int64_t run[2], int32_t fds[SHIM_MAX_HANDED],
                          int32_t counters[SHIM_MAX_HANDED]) {
    uint8_t packet[RUN_BYTES + 2 * SHIM_MAX_HANDED];
    char control[CMSG_SPACE(sizeof(int) * SHIM_MAX_HANDED)];
    struct iovec part = {packet, sizeof packet};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    struct timeval wait = {0, WAIT_MS * 1000};
    int monitor = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (monitor < 0) {
        return -errno;
    }
    ssize_t length = -1;
    if (is_of_monitor(monitor) && setsockopt(monitor, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) == 0) {
        length = recvmsg(monitor, &message, MSG_CMSG_CLOEXEC);
    }
    close(monitor);
    size_t count = length < 0 ? 0 : take_rights(&message, fds);
    bool whole = length >= RUN_BYTES && (size_t)length == RUN_BYTES + 2 * count;
    run[0] = whole ? (int64_t)get_u64(packet) : 0;
    run[1] = whole ? (int64_t)get_u32(packet + 8) : 0;
    for (size_t i = 0; i < count; i++) {
        counters[i] = get_u16(packet + RUN_BYTES + 2 * i);
        if (!whole) {
            close(fds[i]);
        }
    }
    return whole ? with_traffic((int32_t)count, fds, counters) : 0;
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
