/*
 * What may take any time is done by a child that answers into a pipe, and that is not root: it becomes
 * nobody and asks the name service for a user, or becomes the user and reads a part of a file. Of each kind
 * there is one at a time, and others wait for it only for a moment: then it goes on by itself.
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

enum { ASKING_MS = 1000, READING_MS = 3000 }; /* for so long others wait in each ANSWER_TIMEOUT_MS */

/* The answer to a read: u32 errno, u32 length, u64 fileSize, then the bytes. */
enum { HEAD_BYTES = 16 };

static uint8_t answers[HELPERS][HEAD_BYTES + ORDER_MAX_READ + 1];
static uint8_t *const answer = answers[READS];

static struct child {
    int fd; /* its pipe; -1: nothing more is awaited of it */
    int pid_fd;
    uid_t uid;
    uint64_t until_ms;
    uint8_t *answer;
    size_t length;
} children[HELPERS] = {[ASKS] = {.fd = -1}, [READS] = {.fd = -1}};

static int ascending(const void *left, const void *right) {
    gid_t a = *(const gid_t *)left;
    gid_t b = *(const gid_t *)right;
    return a < b ? -1 : a > b;
}

/* In the order in which the kernel keeps them: the proof of the identity compares with it. */
static int list_groups(const struct passwd *user, gid_t groups[MAX_GROUPS]) {
    int count = MAX_GROUPS;
    if (getgrouplist(user->pw_name, user->pw_gid, groups, &count) < 0) {
        return -1;
    }
    qsort(groups, (size_t)count, sizeof *groups, ascending);
    return count;
}

static void look_up(struct identity *identity) {
    static char text[ENTRY_TEXT_BYTES];
    static gid_t again[MAX_GROUPS];
    struct passwd entry;
    struct passwd *found = NULL;
    int failed = getpwuid_r(identity->uid, &entry, text, sizeof text, &found);
    if (found == NULL) {
        identity->state = failed == 0 || failed == ENOENT ? IDENTITY_UNKNOWN : IDENTITY_NO_ANSWER;
        return;
    }
    identity->gid = found->pw_gid;
    /* Where it cannot read on, libc gives the groups that it has as if they were all. */
    int count = list_groups(found, identity->groups);
    if (count < 0 || list_groups(found, again) != count ||
        memcmp(again, identity->groups, (size_t)count * sizeof *again) != 0) {
        return;
    }
    identity->group_count = (uint32_t)count;
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
    if ((self->node.is_root && (take_identity(as->uid, as->gid, as->groups, as->group_count) != NULL ||
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

/* By descriptor: the child may be gone, reaped by the kernel, and its number given to another. */
static void end(struct child *child) {
    syscall(SYS_pidfd_send_signal, child->pid_fd, SIGKILL, NULL, 0);
    close_fd(&child->pid_fd);
    close_fd(&child->fd);
}

/* 0, or the errno. */
static int begin(struct launcher *self, enum helper kind, const struct order *order, const struct identity *reader) {
    struct child *child = &children[kind];
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) {
        return errno;
    }
    pid_t pid = fork();
    int cause = pid < 0 ? errno : 0;
    if (pid == 0) {
        work(self, order, reader, ends[1]);
    }
    int pid_fd = pid < 0 ? -1 : (int)syscall(SYS_pidfd_open, pid, 0);
    close(ends[1]);
    /* One that is gone already has answered; another could not be ended later. */
    if (pid > 0 && pid_fd < 0 && errno != ESRCH) {
        cause = errno;
        kill(pid, SIGKILL);
    }
    *child = (struct child){ends[0], pid_fd, order->uid, monotonic_ms() + ANSWER_TIMEOUT_MS, answers[kind], 0};
    self->helpers[kind] = pid;
    if (cause != 0) {
        end(child);
    }
    return cause;
}

/* What is left of the time to wait. Answers that come in time, one after the other, are not to add up. */
static uint64_t *patience(enum helper kind) {
    static struct { uint64_t until_ms, left_ms; } windows[HELPERS];
    if (monotonic_ms() >= windows[kind].until_ms) {
        windows[kind].until_ms = monotonic_ms() + ANSWER_TIMEOUT_MS;
        windows[kind].left_ms = kind == ASKS ? ASKING_MS : READING_MS;
    }
    return &windows[kind].left_ms;
}

/* Whether it has answered all that it has to say, within what is left, of which it takes what it waits. */
static bool take(struct child *child, uint64_t *left_ms) {
    struct pollfd pipe = {.fd = child->fd, .events = POLLIN};
    for (ssize_t got = 1; got > 0; child->length += got > 0 ? (size_t)got : 0) {
        uint64_t from_ms = monotonic_ms();
        bool ready = poll(&pipe, 1, (int)*left_ms) > 0;
        uint64_t waited_ms = monotonic_ms() - from_ms;
        *left_ms -= waited_ms < *left_ms ? waited_ms : *left_ms;
        if (!ready) {
            return false;
        }
        got = read(child->fd, child->answer + child->length, sizeof *answers - child->length);
    }
    return true;
}

/* What the name service has answered, or that it does not, becomes what is known of the user. */
static void learn(struct launcher *self, uint64_t *left_ms) {
    static const int known_for_ms[] = {ANSWER_TIMEOUT_MS, UNKNOWN_FOR_MS, KNOWN_FOR_MS};
    struct child *child = &children[ASKS];
    struct identity *known = &self->identities[child->uid % MAX_IDENTITIES];
    bool answered = take(child, left_ms);
    if (!answered && monotonic_ms() < child->until_ms) {
        return;
    }
    memcpy(known, child->answer, sizeof *known);
    if (!answered || child->length != sizeof *known || known->state > IDENTITY_KNOWN || known->group_count > MAX_GROUPS) {
        memset(known, 0, sizeof *known);
    }
    known->uid = child->uid;
    known->until_ms = monotonic_ms() + (uint64_t)known_for_ms[known->state];
    end(child);
}

const struct identity *helper_look_up(struct launcher *self, const struct order *order) {
    static const struct identity not_yet = {.state = IDENTITY_NOT_YET};
    const struct identity *known = &self->identities[order->uid % MAX_IDENTITIES];
    if (children[ASKS].fd >= 0) {
        learn(self, &(uint64_t){0});
    }
    if (children[ASKS].fd < 0 && (known->uid != order->uid || known->until_ms <= monotonic_ms())) {
        /* What was taken before does not wait for it. */
        batch_commit(self);
        if (begin(self, ASKS, order, NULL) == 0) {
            learn(self, patience(ASKS));
        }
    }
    return known->uid == order->uid && known->until_ms > monotonic_ms() ? known : &not_yet;
}

/* Before anybody is served there is nobody to hold up. */
const struct identity *helper_await(struct launcher *self, uid_t uid) {
    const struct order order = {.uid = uid};
    if (begin(self, ASKS, &order, NULL) == 0) {
        learn(self, &(uint64_t){ANSWER_TIMEOUT_MS});
    }
    return &self->identities[uid % MAX_IDENTITIES];
}

/* One that was not answered in time goes on to its end, and keeps others from a file system that may hang. */
void helper_read(struct launcher *self, const struct order *order, const struct identity *identity) {
    struct child *child = &children[READS];
    if (child->fd >= 0 && (take(child, &(uint64_t){0}) || monotonic_ms() >= child->until_ms)) {
        end(child);
    }
    /* One that begins has half of the time at least, or nothing could be said of its file system. */
    if (child->fd >= 0 || *patience(READS) < READING_MS / 2) {
        connection_answer(self, READ, STATUS_BUSY, FULL, "an earlier read waits for its file system");
        return;
    }
    int cause = begin(self, READS, order, identity);
    if (cause == 0 && !take(child, patience(READS))) {
        connection_answer(self, READ, STATUS_FAILED, ETIMEDOUT, "the file system does not answer");
        return;
    }
    if (cause == 0) {
        bool whole = child->length >= HEAD_BYTES && child->length == HEAD_BYTES + (size_t)get_u32(answer + 4);
        cause = whole ? (int)get_u32(answer) : EIO;
        end(child);
    }
    if (cause != 0) {
        connection_answer(self, READ, STATUS_FAILED, (uint32_t)cause, strerror(cause));
    } else {
        connection_reply(self, READ, STATUS_OK, 0, "", answer + 8, child->length - 8);
    }
}
