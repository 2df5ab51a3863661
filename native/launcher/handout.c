/*
 * Hands the open counters of a run to the agent, which may read them and could not open them. One
 * packet asks for one run, one packet answers with the numbers of the counters and, as rights, their
 * descriptors in the same order.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bytes.h"
#include "counters.h"
#include "launcher.h"

enum { REQUEST_BYTES = 12, MAX_HANDED = 24 };

struct handed {
    int fds[MAX_HANDED];
    uint8_t answer[8 + 2 * MAX_HANDED];
    size_t count;
};

static void add(struct handed *handed, int fd, uint16_t counter) {
    if (fd >= 0 && handed->count < MAX_HANDED) {
        handed->fds[handed->count] = fd;
        put_u16(handed->answer + 8 + 2 * handed->count, counter);
        handed->count++;
    } else if (fd >= 0) {
        close(fd);
    }
}

/* The control pipe has no error as long as its reader, the monitor, lives: then the pid is still its own. */
static bool is_alive(const struct run *run) {
    struct pollfd control = {.fd = run->fd, .events = 0};
    return run->state == RUN_RUNNING && poll(&control, 1, 0) == 0;
}

/* Out of the monitor's table of descriptors: the monitor itself talks to nobody. */
static void take_events(const struct run *run, struct handed *handed) {
    int pid_fd = (int)syscall(SYS_pidfd_open, run->pid, 0);
    for (int id = COUNTER_CYCLES; pid_fd >= 0 && is_alive(run) && id <= COUNTER_TRAFFIC; id++) {
        add(handed, (int)syscall(SYS_pidfd_getfd, pid_fd, COUNTER_FIRST_FD + id, 0), (uint16_t)id);
    }
    close_fd(&pid_fd);
}

static void find(struct launcher *self, const uint8_t *request, struct handed *handed) {
    struct run *run = run_find(self, get_u64(request), get_u32(request + 8));
    if (run != NULL) {
        run_refresh(self, run);
    }
    if (run == NULL || !is_alive(run)) {
        put_u32(handed->answer, ESRCH);
        return;
    }
    take_events(run, handed);
    add(handed, cgroup_open_figure(&self->layout, run->name, CGROUP_CPU_TIME), COUNTER_CPU_USER);
    add(handed, cgroup_open_figure(&self->layout, run->name, CGROUP_CPU_TIME), COUNTER_CPU_SYSTEM);
    add(handed, cgroup_open_figure(&self->layout, run->name, CGROUP_MEMORY), COUNTER_MEMORY);
}

static void answer(int peer, struct handed *handed) {
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int) * MAX_HANDED)];
    } control;
    struct iovec part = {handed->answer, 8 + 2 * handed->count};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    put_u32(handed->answer + 4, (uint32_t)handed->count);
    if (handed->count > 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * handed->count);
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(sizeof(int) * handed->count);
        memcpy(CMSG_DATA(&control.header), handed->fds, sizeof(int) * handed->count);
    }
    /* An agent that does not take its answers asks again. */
    (void)!sendmsg(peer, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    for (size_t i = 0; i < handed->count; i++) {
        close(handed->fds[i]);
    }
}

void handout_ready(struct launcher *self, struct watch *watch) {
    (void)watch;
    uint8_t request[REQUEST_BYTES + 1];
    struct handed handed = {.count = 0};
    ssize_t length = recv(self->counters.fd, request, sizeof request, MSG_DONTWAIT);
    if (length == REQUEST_BYTES) {
        find(self, request, &handed);
        answer(self->counters.fd, &handed);
    } else if (length >= 0 || (errno != EAGAIN && errno != EINTR)) {
        close_fd(&self->counters.fd);
    }
}
