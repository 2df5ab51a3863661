#define _GNU_SOURCE
#include "handout.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "bytes.h"

enum { MAX_HANDED = 24, RUN_BYTES = 12 };

struct handed {
    int fds[MAX_HANDED];
    uint8_t bytes[RUN_BYTES + 2 * MAX_HANDED];
    size_t count;
};

static void add(struct handed *handed, int fd, uint16_t counter) {
    if (fd >= 0) {
        put_u16(handed->bytes + RUN_BYTES + 2 * handed->count, counter);
        handed->fds[handed->count++] = fd;
    }
}

/* To nobody but the agent, and by no link: what lies in the agent's folder is of its making. */
static int connect_to_agent(uid_t agent, uint32_t listener) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct ucred peer = {0, (uid_t)-1, (gid_t)-1};
    socklen_t size = sizeof peer;
    char place[32];
    snprintf(place, sizeof place, HANDOUT_PLACE, listener);
    int found = openat(SPOOL_FD, place, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    int fd = found < 0 ? -1 : socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "/proc/self/fd/%d", found);
    if (fd >= 0 && (connect(fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
                    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 || peer.uid != agent)) {
        close(fd);
        fd = -1;
    }
    close(found);
    return fd;
}

static void send_all(int fd, struct handed *handed) {
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int) * MAX_HANDED)];
    } control;
    struct iovec part = {handed->bytes, RUN_BYTES + 2 * handed->count};
    struct msghdr message = {.msg_iov = &part,
                             .msg_iovlen = 1,
                             .msg_control = control.bytes,
                             .msg_controllen = CMSG_SPACE(sizeof(int) * handed->count)};
    memset(&control, 0, sizeof control);
    control.header.cmsg_level = SOL_SOCKET;
    control.header.cmsg_type = SCM_RIGHTS;
    control.header.cmsg_len = CMSG_LEN(sizeof(int) * handed->count);
    memcpy(CMSG_DATA(&control.header), handed->fds, sizeof(int) * handed->count);
    (void)!sendmsg(fd, &message, MSG_NOSIGNAL);
}

void hand_out(const struct launch_spec *spec, const struct run_counters *counters, uint32_t listener) {
    struct handed handed = {.count = 0};
    int fd = connect_to_agent(spec->node.agent_uid, listener);
    int cpu_time = cgroup_open_figure(&spec->node.layout, spec->run_name, CGROUP_CPU_TIME);
    int memory = cgroup_open_figure(&spec->node.layout, spec->run_name, CGROUP_MEMORY);
    put_u64(handed.bytes, spec->order.job_id);
    put_u32(handed.bytes + 8, spec->order.attempt);
    for (int id = COUNTER_CYCLES; id <= COUNTER_PERF_LAST; id++) {
        add(&handed, counters->fd[id], (uint16_t)id);
    }
    add(&handed, counters->traffic, COUNTER_TRAFFIC);
    add(&handed, cpu_time, COUNTER_CPU_USER);
    add(&handed, cpu_time, COUNTER_CPU_SYSTEM);
    add(&handed, memory, COUNTER_MEMORY);
    if (fd >= 0 && handed.count > 0) {
        send_all(fd, &handed);
    }
    close(cpu_time);
    close(memory);
    close(fd);
}
