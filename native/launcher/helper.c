/*
 * What may take any time is done by a child that answers into a pipe, and that is not root: it becomes
 * nobody and asks the name service for a user, or becomes the user and reads a part of a file. It is waited
 * for, but not for long.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bytes.h"
#include "launcher.h"
#include "steps.h"

enum { KNOWN_FOR_MS = 60000, UNKNOWN_FOR_MS = 1000, ENTRY_TEXT_BYTES = 64 * 1024, PIPE_FD = 3 };

/* The answer to a read: u32 errno, u32 length, u64 fileSize, then the bytes. */
enum { HEAD_BYTES = 16 };

static uint8_t answer[HEAD_BYTES + ORDER_MAX_READ + 1];

static int ascending(const void *left, const void *right) {
    gid_t a = *(const gid_t *)left;
    gid_t b = *(const gid_t *)right;
    return a < b ? -1 : a > b;
}

static void look_up(struct identity *identity) {
    static char text[ENTRY_TEXT_BYTES];
    struct passwd entry;
    struct passwd *found = NULL;
    int count = MAX_GROUPS;
    int failed = getpwuid_r(identity->uid, &entry, text, sizeof text, &found);
    if (found == NULL) {
        identity->state = failed == 0 || failed == ENOENT ? IDENTITY_UNKNOWN : IDENTITY_NO_ANSWER;
        return;
    }
    identity->gid = found->pw_gid;
    if (getgrouplist(found->pw_name, found->pw_gid, identity->groups, &count) < 0) {
        return;
    }
    /* The kernel keeps them in this order, and the proof of the identity compares with it. */
    identity->group_count = (uint32_t)count;
    qsort(identity->groups, identity->group_count, sizeof(gid_t), ascending);
    identity->state = IDENTITY_KNOWN;
}

static int read_as_user(const struct order *order) {
    char path[ORDER_MAX_PATH + 1];
    memcpy(path, order->bytes + order->path.at, order->path.length);
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
        ssize_t got = pread(fd, answer + HEAD_BYTES + length, order->max_bytes - length, (off_t)(order->offset + length));
        if (got < 0 && errno != EINTR) {
            return errno;
        }
        if (got == 0) {
            break;
        }
        length += got > 0 ? (uint32_t)got : 0;
    }
    put_u32(answer + 4, length);
    put_u64(answer + 8, (uint64_t)status.st_size);
    return 0;
}

/* Without a reader the user is looked up, as one whom no job runs as: what a name service brings along is not root's. */
static _Noreturn void work(const struct launcher *self, const struct order *order, const struct identity *reader, int end) {
    static const struct identity nobody = {.uid = OVERFLOW_ID, .gid = OVERFLOW_ID};
    static struct identity asked;
    const struct identity *as = reader == NULL ? &nobody : reader;
    sigset_t none;
    sigemptyset(&none);
    if (dup2(end, PIPE_FD) < 0 || close_range(PIPE_FD + 1, ~0U, 0) != 0 || sigprocmask(SIG_SETMASK, &none, NULL) != 0) {
        _exit(1);
    }
    /* The signal comes last, because another identity takes it away. */
    if ((self->is_root && (take_identity(as->uid, as->gid, as->groups, as->group_count) != NULL ||
                           prove_identity(as->uid, as->gid, as->groups, as->group_count) != NULL)) ||
        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) {
        _exit(1);
    }
    if (reader == NULL) {
        asked.uid = order->uid;
        look_up(&asked);
        _exit(write_all(PIPE_FD, &asked, sizeof asked) == 0 ? 0 : 1);
    }
    memset(answer, 0, HEAD_BYTES);
    put_u32(answer, (uint32_t)read_as_user(order));
    _exit(write_all(PIPE_FD, answer, HEAD_BYTES + get_u32(answer + 4)) == 0 ? 0 : 1);
}

/* The length of its answer, or -1 with errno. */
static ssize_t ask(struct launcher *self, const struct order *order, const struct identity *reader) {
    int ends[2];
    size_t length = 0;
    ssize_t got = -1;
    uint64_t until_ms = monotonic_ms() + ANSWER_TIMEOUT_MS;
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return -1;
    }
    struct pollfd ready = {.fd = ends[0], .events = POLLIN};
    self->helper = fork();
    if (self->helper == 0) {
        work(self, order, reader, ends[1]);
    }
    int cause = self->helper < 0 ? errno : ETIMEDOUT;
    close(ends[1]);
    int pid_fd = self->helper < 0 ? -1 : (int)syscall(SYS_pidfd_open, self->helper, 0);
    for (uint64_t now_ms = monotonic_ms(); self->helper > 0 && got != 0 && now_ms < until_ms; now_ms = monotonic_ms()) {
        if (poll(&ready, 1, (int)(until_ms - now_ms)) > 0) {
            got = read(ends[0], answer + length, sizeof answer - length);
            length += got > 0 ? (size_t)got : 0;
        }
    }
    close(ends[0]);
    /* By descriptor: the child may be gone, reaped by the kernel, and its number given to another. */
    if (pid_fd >= 0) {
        syscall(SYS_pidfd_send_signal, pid_fd, SIGKILL, NULL, 0);
        close(pid_fd);
    }
    errno = cause;
    return got == 0 ? (ssize_t)length : -1;
}

const struct identity *helper_look_up(struct launcher *self, const struct order *order) {
    struct identity *known = &self->identities[order->uid % MAX_IDENTITIES];
    if (known->uid == order->uid && known->until_ms > monotonic_ms()) {
        return known;
    }
    /* What was taken before does not wait for it. */
    batch_commit(self);
    memset(known, 0, sizeof *known);
    if (ask(self, order, NULL) == (ssize_t)sizeof *known) {
        memcpy(known, answer, sizeof *known);
    }
    known->uid = order->uid;
    known->until_ms = monotonic_ms() + (known->state == IDENTITY_KNOWN ? KNOWN_FOR_MS : UNKNOWN_FOR_MS);
    return known;
}

void helper_read(struct launcher *self, const struct order *order, const struct identity *identity) {
    ssize_t length = ask(self, order, identity);
    int cause = length < 0 ? errno : length < HEAD_BYTES ? EIO : (int)get_u32(answer);
    if (cause == 0 && (size_t)length != HEAD_BYTES + (size_t)get_u32(answer + 4)) {
        cause = EIO;
    }
    if (cause != 0) {
        const char *why = length >= 0 || cause != ETIMEDOUT ? strerror(cause) : "the file system did not answer";
        connection_answer(self, READ, STATUS_FAILED, (uint32_t)cause, why);
    } else {
        connection_reply(self, READ, STATUS_OK, 0, "", answer + 8, (size_t)length - 8);
    }
}
