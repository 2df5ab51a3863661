/* The session's side of its PMIx server. */
#define _GNU_SOURCE
#include <errno.h>
#include <ftw.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "descriptors.h"
#include "fields.h"
#include "pmix.h"

enum { START_MS = 30000, END_MS = 3000, MAX_VARIABLES = 256, OPEN_FOLDERS = 8 };

static char said[1024];

static long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* In the folder for what does not last, if its path leaves room for sockets below it. */
static bool make_folder(char folder[PMIX_FOLDER_BYTES]) {
    const char *base = getenv("TMPDIR");
    if (base != NULL && base[0] == '/' && strlen(base) <= PMIX_FOLDER_BYTES / 2) {
        snprintf(folder, PMIX_FOLDER_BYTES, "%s/queqiao-pmix-XXXXXX", base);
        if (mkdtemp(folder) != NULL) {
            return true;
        }
    }
    snprintf(folder, PMIX_FOLDER_BYTES, "/tmp/queqiao-pmix-XXXXXX");
    return mkdtemp(folder) != NULL;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *where) {
    (void)status;
    (void)type;
    (void)where;
    remove(path);
    return 0;
}

bool pmix_start(struct pmix_child *child, struct pmix_step *step, char *const *environment, struct channel *own) {
    int ends[2];
    if (!make_folder(step->folder)) {
        return false;
    }
    memcpy(child->folder, step->folder, sizeof child->folder);
    child->local = step->local;
    child->variables = calloc(step->local, sizeof *child->variables);
    if (child->variables == NULL || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return false;
    }
    child->pid = fork();
    if (child->pid == 0) {
        channel_close(own);
        /* Each rank has a connection to it. */
        descriptors_raise();
        prctl(PR_SET_NAME, "queqiao-pmix", 0, 0, 0);
        clearenv();
        for (char *const *each = environment; *each != NULL; each++) {
            if (strchr(*each, '=') != NULL) {
                putenv(*each);
            }
        }
        /* In the shared memory of libpmix 4 a rank may miss what one beside it has just published. */
        setenv("PMIX_MCA_gds", "hash", 0);
        int fd = dup2(ends[1], 3);
        close_range(4, ~0U, 0);
        pmix_serve(fd, step);
    }
    close(ends[1]);
    channel_open(&child->channel, ends[0]);
    return child->pid > 0;
}

static bool take_variables(struct pmix_child *child, const uint8_t *bytes, size_t length) {
    struct fields in = {bytes, bytes + length, false};
    uint32_t task = fields_u32(&in);
    uint32_t count = fields_u32(&in);
    if (in.bad || task >= child->local || count > MAX_VARIABLES || child->variables[task] != NULL) {
        return false;
    }
    char **list = calloc((size_t)count + 1, sizeof *list);
    for (uint32_t i = 0; list != NULL && i < count; i++) {
        list[i] = strdup(fields_string(&in));
        in.bad |= list[i] == NULL || strchr(list[i], '=') == NULL;
    }
    child->variables[task] = list;
    return list != NULL && !in.bad;
}

static const char *take_frames(struct pmix_child *child, bool *ready) {
    enum frame_type type = FRAME_DONE;
    const uint8_t *bytes = NULL;
    size_t length = 0;
    while (!*ready && channel_next(&child->channel, &type, &bytes, &length) == 1) {
        if (type == FRAME_NOTE) {
            snprintf(said, sizeof said, "%.*s", (int)length, (const char *)bytes);
            return said;
        }
        *ready = type == FRAME_PMIX_READY;
        if (!*ready && (type != FRAME_PMIX_VARIABLES || !take_variables(child, bytes, length))) {
            return "the PMIx server is not understood";
        }
    }
    return NULL;
}

const char *pmix_await(struct pmix_child *child, int beside) {
    long until = now_ms() + START_MS;
    bool ready = false;
    for (;;) {
        const char *wrong = take_frames(child, &ready);
        if (wrong != NULL || ready) {
            return wrong;
        }
        struct pollfd fds[] = {{.fd = child->channel.fd, .events = POLLIN}, {.fd = beside, .events = POLLRDHUP}};
        long left = until - now_ms();
        if (left <= 0) {
            return "the PMIx server has not begun within 30 s";
        }
        if (poll(fds, 2, (int)left) < 0 && errno != EINTR) {
            return strerror(errno);
        }
        if (fds[1].revents != 0) {
            return "the step is over";
        }
        if (fds[0].revents != 0 && channel_read(&child->channel) != 0) {
            wrong = take_frames(child, &ready);
            return wrong != NULL ? wrong : "the PMIx server has ended";
        }
    }
}

bool pmix_read(struct pmix_child *child) {
    for (;;) {
        size_t there = child->channel.in.end - child->channel.in.start;
        if (channel_read(&child->channel) != 0) {
            return false;
        }
        if (child->channel.in.end - child->channel.in.start == there) {
            return true;
        }
    }
}

void pmix_end(struct pmix_child *child) {
    long until = now_ms() + END_MS;
    struct timespec moment = {.tv_nsec = 5 * 1000 * 1000};
    if (child->pid > 0) {
        /* The end of its socket ends it. What it says meanwhile nobody needs any more. */
        channel_close(&child->channel);
        while (waitpid(child->pid, NULL, WNOHANG) == 0) {
            if (now_ms() > until) {
                kill(child->pid, SIGKILL);
            }
            nanosleep(&moment, NULL);
        }
        child->pid = 0;
    }
    if (child->folder[0] != 0) {
        nftw(child->folder, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
        child->folder[0] = 0;
    }
    for (uint32_t i = 0; child->variables != NULL && i < child->local; i++) {
        for (char **each = child->variables[i]; each != NULL && *each != NULL; each++) {
            free(*each);
        }
        free(child->variables[i]);
    }
    free(child->variables);
    child->variables = NULL;
}
