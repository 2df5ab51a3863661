/* The name service is asked by a child process, because it may take any time to answer. */
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include "launcher.h"

enum { KNOWN_FOR_MS = 60000, UNKNOWN_FOR_MS = 1000, ENTRY_TEXT_BYTES = 64 * 1024 };

static enum watch resolver_watch = WATCH_RESOLVER;

static int ascending(const void *left, const void *right) {
    gid_t a = *(const gid_t *)left;
    gid_t b = *(const gid_t *)right;
    return a < b ? -1 : a > b;
}

static void look_up(struct identity *identity, bool with_groups) {
    static char text[ENTRY_TEXT_BYTES];
    struct passwd entry;
    struct passwd *found = NULL;
    int failed = getpwuid_r(identity->uid, &entry, text, sizeof text, &found);
    if (found == NULL) {
        identity->state = failed == 0 || failed == ENOENT ? IDENTITY_UNKNOWN : IDENTITY_NO_ANSWER;
        return;
    }
    int count = MAX_GROUPS;
    identity->gid = found->pw_gid;
    if (with_groups && getgrouplist(found->pw_name, found->pw_gid, identity->groups, &count) < 0) {
        identity->state = IDENTITY_NO_ANSWER;
        return;
    }
    /* The kernel keeps them in this order, and the proof of the identity compares with it. */
    identity->group_count = with_groups ? (uint32_t)count : 0;
    qsort(identity->groups, identity->group_count, sizeof(gid_t), ascending);
    identity->state = IDENTITY_KNOWN;
}

static _Noreturn void answer_questions(int fd, bool with_groups) {
    struct identity identity;
    uid_t uid = 0;
    while (recv(fd, &uid, sizeof uid, 0) == (ssize_t)sizeof uid) {
        memset(&identity, 0, sizeof identity);
        identity.uid = uid;
        look_up(&identity, with_groups);
        if (send(fd, &identity, sizeof identity, MSG_NOSIGNAL) != (ssize_t)sizeof identity) {
            break;
        }
    }
    _exit(0);
}

void resolver_start(struct launcher *self) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        fatal("create the socket of the resolver");
    }
    self->resolver_pid = fork();
    if (self->resolver_pid < 0) {
        fatal("start the resolver");
    }
    if (self->resolver_pid == 0) {
        sigset_t none;
        sigemptyset(&none);
        if (dup2(ends[1], 3) < 0 || close_range(4, ~0U, 0) != 0 || sigprocmask(SIG_SETMASK, &none, NULL) != 0 ||
            prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) {
            _exit(1);
        }
        answer_questions(3, self->is_root);
    }
    close(ends[1]);
    self->resolver_fd = ends[0];
    self->resolver_pid_fd = (int)syscall(SYS_pidfd_open, self->resolver_pid, 0);
    watch_fd(self, self->resolver_fd, EPOLLIN, &resolver_watch);
}

/* The entry of a user: to be asked again while its state is ASKED; NULL when all entries are in use. */
const struct identity *resolver_ask(struct launcher *self, uid_t uid) {
    uint64_t now_ms = monotonic_ms();
    struct identity *free_entry = NULL;
    for (size_t i = 0; i < MAX_IDENTITIES; i++) {
        struct identity *identity = &self->identities[i];
        bool asked = identity->state == IDENTITY_ASKED;
        if (identity->state != IDENTITY_FREE && identity->uid == uid && (asked || identity->until_ms > now_ms)) {
            return identity;
        }
        if (!asked && (free_entry == NULL || identity->until_ms < free_entry->until_ms)) {
            free_entry = identity;
        }
    }
    if (free_entry == NULL || send(self->resolver_fd, &uid, sizeof uid, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
        return NULL;
    }
    free_entry->state = IDENTITY_ASKED;
    free_entry->uid = uid;
    free_entry->until_ms = now_ms + ANSWER_TIMEOUT_MS;
    return free_entry;
}

static void wake_connections(struct launcher *self) {
    for (size_t i = 0; i < MAX_CONNECTIONS; i++) {
        self->connections[i].awaits_identity = false;
    }
}

/* Ends the resolver, tells those who wait that there is no answer, and starts another. */
static void restart(struct launcher *self) {
    syscall(SYS_pidfd_send_signal, self->resolver_pid_fd, SIGKILL, NULL, 0);
    close(self->resolver_pid_fd);
    close(self->resolver_fd);
    for (size_t i = 0; i < MAX_IDENTITIES; i++) {
        if (self->identities[i].state == IDENTITY_ASKED) {
            self->identities[i].state = IDENTITY_NO_ANSWER;
            self->identities[i].until_ms = monotonic_ms() + UNKNOWN_FOR_MS;
        }
    }
    resolver_start(self);
    wake_connections(self);
}

void resolver_answered(struct launcher *self) {
    static struct identity answer;
    ssize_t length = recv(self->resolver_fd, &answer, sizeof answer, MSG_DONTWAIT);
    if (length < 0 && (errno == EAGAIN || errno == EINTR)) {
        return;
    }
    if (length != (ssize_t)sizeof answer) {
        restart(self);
        return;
    }
    for (size_t i = 0; i < MAX_IDENTITIES; i++) {
        if (self->identities[i].state == IDENTITY_ASKED && self->identities[i].uid == answer.uid) {
            answer.until_ms = monotonic_ms() + (answer.state == IDENTITY_KNOWN ? KNOWN_FOR_MS : UNKNOWN_FOR_MS);
            self->identities[i] = answer;
        }
    }
    wake_connections(self);
}

void resolver_expire(struct launcher *self) {
    uint64_t now_ms = monotonic_ms();
    for (size_t i = 0; i < MAX_IDENTITIES; i++) {
        if (self->identities[i].state == IDENTITY_ASKED && self->identities[i].until_ms <= now_ms) {
            restart(self);
            return;
        }
    }
}
