#define _GNU_SOURCE
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cores.h"
#include "descriptors.h"
#include "environment.h"
#include "fields.h"
#include "gate.h"
#include "layout.h"
#include "pmi.h"
#include "pmix.h"
#include "pty.h"

enum { END_OF_INPUT_MS = 500, MAX_LOCAL = 4096, READ_BYTES = 32 * 1024, KILL_AFTER_MS = 2000, PMI_FD = 3, STREAMS = 2 };
enum { FIRST_TASK_FD = 3 }; /* behind those of the channel, the children and the PMIx server */

struct task {
    pid_t pid; /* 0: ended */
    uint32_t rank;
    int in, out[STREAMS], pmi, terminal;
    bool told, in_barrier;
    int status;
    long ended_ms; /* when it was reaped */
    struct buffer pending; /* what is to go to its standard input */
    struct pmi_rank state;
    struct buffer reply;
};

struct session {
    struct channel *channel;
    struct task *tasks;
    uint32_t step, node_index, node_count, total, first_rank, local, cpus_per_task, flags, stdin_rank;
    uint16_t rows, columns;
    const char *directory, *stdout_path, *stderr_path, *mapping;
    const uint8_t *cores;
    uint32_t core_count;
    char **arguments;
    char **environment;
    size_t argument_count, environment_count;
    uint8_t *setup;
    struct pmi_table table;
    struct pmix_step pmix_step;
    struct pmix_child pmix;
    int pmix_status;
    int children;
    bool stdin_ended, taking, hung_up, ending, shell;
    long kill_at_ms, end_told_ms;
};

static long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void note(struct session *self, const char *text) {
    channel_send(self->channel, FRAME_NOTE, text, strlen(text));
}

bool pattern_is_per_task(const char *path) {
    for (const char *at = strchr(path, '%'); at != NULL; at = strchr(at + 2, '%')) {
        if (at[1] == 't' || at[1] == 'n' || at[1] == 'N') {
            return true;
        }
        if (at[1] == 0) {
            break;
        }
    }
    return false;
}

void pattern_expand(char *out, size_t size, const char *path, uint32_t rank, uint32_t node_index, uint32_t step) {
    size_t length = 0;
    out[0] = 0;
    for (const char *at = path; *at != 0 && length + 1 < size; at++) {
        const char *job = getenv("QUEQIAO_JOB_ID");
        const char *node = getenv("QUEQIAO_NODE");
        int written = 0;
        char *to = out + length;
        size_t room = size - length;
        if (*at != '%' || at[1] == 0) {
            written = snprintf(to, room, "%c", *at);
        } else {
            at++;
            switch (*at) {
            case 't':
                written = snprintf(to, room, "%u", rank);
                break;
            case 'n':
                written = snprintf(to, room, "%u", node_index);
                break;
            case 's':
                written = snprintf(to, room, "%u", step);
                break;
            case 'j':
                written = snprintf(to, room, "%s", job == NULL ? "" : job);
                break;
            case 'N':
                written = snprintf(to, room, "%s", node == NULL ? "" : node);
                break;
            case '%':
                written = snprintf(to, room, "%%");
                break;
            default:
                written = snprintf(to, room, "%%%c", *at);
                break;
            }
        }
        length += written > 0 ? (size_t)written : 0;
    }
}

static char **read_list(struct fields *in, size_t *count, size_t max) {
    *count = fields_u32(in);
    if (in->bad || *count > max) {
        in->bad = true;
        *count = 0;
        return NULL;
    }
    char **list = calloc(*count + 1, sizeof *list);
    for (size_t i = 0; list != NULL && i < *count; i++) {
        list[i] = (char *)(uintptr_t)fields_string(in);
    }
    return list;
}

/* What the PMIx of the step is told of it. */
static bool read_pmix(struct session *self, struct fields *in) {
    struct pmix_step *step = &self->pmix_step;
    step->space = fields_string(in);
    if (self->node_count > LAYOUT_MAX_NODES || self->node_index >= self->node_count) {
        return false;
    }
    struct pmix_node *nodes = calloc((size_t)self->node_count + 1, sizeof *nodes);
    for (uint32_t i = 0; nodes != NULL && i < self->node_count; i++) {
        step->first_rank = i == self->node_index ? step->total : step->first_rank;
        nodes[i] = (struct pmix_node){.name = fields_string(in), .tasks = fields_u32(in)};
        in->bad |= nodes[i].tasks > MAX_LOCAL;
        step->total += nodes[i].tasks;
    }
    step->nodes = nodes;
    step->node_count = self->node_count;
    step->node = self->node_index;
    step->step = self->step;
    step->local = self->local;
    step->job = getenv("QUEQIAO_JOB_ID") == NULL ? "0" : getenv("QUEQIAO_JOB_ID");
    for (size_t i = 0; i < self->environment_count; i++) {
        if (strncmp(self->environment[i], PMIX_LIBRARY_NAME "=", sizeof PMIX_LIBRARY_NAME) == 0) {
            step->library = self->environment[i] + sizeof PMIX_LIBRARY_NAME;
        }
    }
    return nodes != NULL && !in->bad && strlen(step->space) <= PMIX_MAX_SPACE && step->total == self->total &&
           step->first_rank == self->first_rank && nodes[self->node_index].tasks == self->local;
}

static bool read_setup(struct session *self, enum frame_type type, const uint8_t *bytes, size_t length) {
    self->setup = malloc(length + 1);
    if (self->setup == NULL) {
        return false;
    }
    memcpy(self->setup, bytes, length);
    struct fields in = {self->setup, self->setup + length, false};
    self->step = fields_u32(&in);
    self->node_index = fields_u32(&in);
    self->node_count = fields_u32(&in);
    self->total = fields_u32(&in);
    self->first_rank = fields_u32(&in);
    self->local = fields_u32(&in);
    self->cpus_per_task = fields_u32(&in);
    self->flags = fields_u32(&in);
    self->stdin_rank = fields_u32(&in);
    self->rows = fields_u16(&in);
    self->columns = fields_u16(&in);
    self->directory = fields_string(&in);
    self->stdout_path = fields_string(&in);
    self->stderr_path = fields_string(&in);
    self->mapping = fields_string(&in);
    snprintf(self->table.name, sizeof self->table.name, "%s", fields_string(&in));
    self->core_count = fields_u16(&in);
    self->cores = fields_take(&in, (size_t)2 * self->core_count);
    self->arguments = read_list(&in, &self->argument_count, 65536);
    self->environment = read_list(&in, &self->environment_count, 65536);
    self->table.size = self->total;
    bool good = !in.bad && self->local >= 1 && self->local <= MAX_LOCAL && self->argument_count >= 1 &&
                self->arguments != NULL && self->environment != NULL;
    if (good && type == FRAME_PMIX_SETUP) {
        self->flags |= SETUP_NO_PMI;
        good = read_pmix(self, &in);
    }
    return good && pmi_put(&self->table, "PMI_process_mapping", self->mapping);
}

/* The cores of one task, if the node has them all; else it may use those of the run. */
static bool cores_of(const struct session *self, uint32_t local, cpu_set_t *set) {
    cpu_set_t allowed;
    uint32_t per_task = self->cpus_per_task == 0 ? 1 : self->cpus_per_task;
    if ((self->flags & SETUP_BIND) == 0 || (uint64_t)(local + 1) * per_task > self->core_count ||
        sched_getaffinity(0, sizeof allowed, &allowed) != 0) {
        return false;
    }
    const struct run_cores run = {CPUS_FOLDER, &allowed, self->cores, self->core_count};
    return cores_pick(&run, local * per_task, per_task, set);
}

static void set_number(const char *name, unsigned long value) {
    char text[24];
    snprintf(text, sizeof text, "%lu", value);
    setenv(name, text, 1);
}

/* What is of the node, and not of the one where the step was started. */
static const char *const own_names[] = {OWN_VARIABLES};

/* By these a task of a step, from which this one may have been started, finds the other ranks of that one. */
static bool is_of_another_step(const char *variable) {
    return strncmp(variable, "PMI_", 4) == 0 ||
           (strncmp(variable, "PMIX_", 5) == 0 && strncmp(variable, "PMIX_MCA_", 9) != 0);
}

static bool set_environment(const struct session *self, uint32_t local, bool bound) {
    enum { OWN = sizeof own_names / sizeof *own_names };
    char *own[OWN];
    for (size_t i = 0; i < OWN; i++) {
        const char *value = getenv(own_names[i]);
        own[i] = value == NULL ? NULL : strdup(value);
    }
    static const char *const ranks[] = {"SLURM_PROCID", "QUEQIAO_RANK", "RANK"};
    static const char *const locals[] = {"SLURM_LOCALID", "QUEQIAO_LOCAL_RANK", "LOCAL_RANK", "MPI_LOCALRANKID"};
    char list[MAX_LOCAL * 8];
    size_t length = 0;
    if (self->shell) {
        /* The surroundings are those of the job; the person brings their terminal's. */
        unsetenv("QUEQIAO_ORDER_KEY");
        set_number("SLURM_STEP_ID", self->step);
        set_number("QUEQIAO_STEP_ID", self->step);
        setenv("SHELL", environment_shell(), 1);
    } else {
        clearenv();
    }
    for (size_t i = 0; i < self->environment_count; i++) {
        if (strchr(self->environment[i], '=') != NULL && !is_of_another_step(self->environment[i])) {
            putenv(self->environment[i]);
        }
    }
    for (size_t i = 0; i < OWN; i++) {
        if (own[i] != NULL) {
            setenv(own_names[i], own[i], 1);
        }
    }
    for (size_t i = 0; i < sizeof ranks / sizeof *ranks; i++) {
        set_number(ranks[i], self->first_rank + local);
    }
    for (size_t i = 0; i < sizeof locals / sizeof *locals; i++) {
        set_number(locals[i], local);
    }
    set_number("WORLD_SIZE", self->total);
    set_number("LOCAL_WORLD_SIZE", self->local);
    set_number("MPI_LOCALNRANKS", self->local);
    for (uint32_t i = 0; i < self->local; i++) {
        length += (size_t)snprintf(list + length, sizeof list - length, i == 0 ? "%u" : ",%u", self->first_rank + i);
    }
    setenv("SLURM_GTIDS", list, 1);
    set_number("SLURM_NODEID", self->node_index);
    set_number("GROUP_RANK", self->node_index);
    set_number("SLURM_TASK_PID", (unsigned long)getpid());
    if ((self->flags & SETUP_NO_PMI) == 0) {
        set_number("PMI_RANK", self->first_rank + local);
        set_number("PMI_SIZE", self->total);
        set_number("PMI_FD", PMI_FD);
        set_number("PMI_SPAWNED", 0);
    }
    for (char **each = self->pmix.variables == NULL ? NULL : self->pmix.variables[local]; each != NULL && *each != NULL;
         each++) {
        putenv(*each);
    }
    setenv("QUEQIAO_CPU_BIND", bound ? "cores" : "none", 1);
    return environment_choose_gpus(local);
}

static void reset_signals(void) {
    sigset_t none;
    for (int signal_number = 1; signal_number < NSIG; signal_number++) {
        signal(signal_number, SIG_DFL);
    }
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static int open_file(const struct session *self, const char *path, uint32_t rank) {
    char name[4096];
    pattern_expand(name, sizeof name, path, rank, self->node_index, self->step);
    return open(name, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_NOCTTY, 0666);
}

static _Noreturn void fail_task(int report, const char *what, int code) {
    dprintf(report, "%s: %s", what, strerror(errno));
    _exit(code);
}

static _Noreturn void start_child(const struct session *self, uint32_t local, int ends[4], int terminal, int report) {
    uint32_t rank = self->first_rank + local;
    cpu_set_t set;
    bool bound = cores_of(self, local, &set) && sched_setaffinity(0, sizeof set, &set) == 0;
    reset_signals();
    prctl(PR_SET_DUMPABLE, 1, 0, 0, 0);
    if (terminal >= 0 ? pty_take(terminal) != 0 : setpgid(0, 0) != 0) {
        fail_task(report, "start a process group", 126);
    }
    if (!self->shell && chdir(self->directory) != 0) {
        fail_task(report, self->directory, 126);
    }
    if (terminal < 0) {
        int out = self->stdout_path[0] == 0 ? ends[1] : open_file(self, self->stdout_path, rank);
        int err = self->stderr_path[0] != 0   ? open_file(self, self->stderr_path, rank)
                  : self->stdout_path[0] != 0 ? out
                                              : ends[2];
        if (out < 0 || err < 0) {
            fail_task(report, "open the output", 126);
        }
        if (dup2(ends[0], 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0) {
            fail_task(report, "connect the standard streams", 126);
        }
    }
    int kept = fcntl(report, F_DUPFD_CLOEXEC, PMI_FD + 1);
    bool pmi = ends[3] >= 0;
    if (kept < 0 || (pmi && (ends[3] != PMI_FD ? dup2(ends[3], PMI_FD) : fcntl(PMI_FD, F_SETFD, 0)) < 0)) {
        fail_task(report, "connect PMI", 126);
    }
    close_range((unsigned)kept + 1, ~0U, 0);
    for (int fd = pmi ? PMI_FD + 1 : PMI_FD; fd < kept; fd++) {
        close(fd);
    }
    if (!set_environment(self, local, bound)) {
        errno = ENODEV;
        fail_task(kept, "this node has fewer GPUs of the job than --gpus-per-task gives its tasks", 126);
    }
    descriptors_restore();
    if (self->arguments[0][0] == 0) {
        self->arguments[0] = (char *)(uintptr_t)environment_shell();
    }
    execvp(self->arguments[0], self->arguments);
    fail_task(kept, self->arguments[0], errno == ENOENT ? 127 : 126);
}

static int pair(int ends[2]) {
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends);
}

/* Words of a child that could not be executed; returns once it is executed or gone. */
static void await_exec(struct session *self, struct task *task, int report) {
    char text[512];
    char words[600];
    size_t length = 0;
    ssize_t got = 0;
    while (length < sizeof text - 1 && (got = read(report, text + length, sizeof text - 1 - length)) != 0) {
        if (got < 0 && errno != EINTR) {
            break;
        }
        length += got > 0 ? (size_t)got : 0;
    }
    close(report);
    if (length > 0) {
        text[length] = 0;
        snprintf(words, sizeof words, "task %u: %s", task->rank, text);
        note(self, words);
    }
}

static void close_fd(int *fd) {
    if (*fd >= 0) {
        close(*fd);
        *fd = -1;
    }
}

static bool start_task(struct session *self, uint32_t local) {
    struct task *task = &self->tasks[local];
    int in[2] = {-1, -1};
    int out[STREAMS][2] = {{-1, -1}, {-1, -1}};
    int pmi[2] = {-1, -1};
    int report[2];
    int terminal[2] = {-1, -1};
    bool pty = (self->flags & SETUP_PTY) != 0 && local == 0 && self->first_rank == 0;
    bool reads = (self->flags & SETUP_STDIN_ALL) != 0 ||
                 ((self->flags & SETUP_STDIN_ONE) != 0 && self->stdin_rank == self->first_rank + local);
    *task = (struct task){.rank = self->first_rank + local, .in = -1, .out = {-1, -1}, .pmi = -1, .terminal = -1};
    if (((self->flags & SETUP_NO_PMI) == 0 && pair(pmi) != 0) || pipe2(report, O_CLOEXEC) != 0 || (pty && pty_open(terminal, self->rows, self->columns) != 0) ||
        (reads && !pty && pipe2(in, O_CLOEXEC) != 0) || pipe2(out[0], O_CLOEXEC) != 0 ||
        pipe2(out[1], O_CLOEXEC) != 0) {
        return false;
    }
    if (in[0] < 0) {
        in[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    }
    task->pid = fork();
    if (task->pid == 0) {
        int ends[4] = {in[0], out[0][1], out[1][1], pmi[1]};
        start_child(self, local, ends, terminal[1], report[1]);
    }
    close_fd(&pmi[1]);
    close(report[1]);
    close(in[0]);
    close(out[0][1]);
    close(out[1][1]);
    task->pmi = pmi[0];
    task->in = in[1];
    for (int i = 0; i < STREAMS; i++) {
        task->out[i] = out[i][0];
    }
    if (pty) {
        close(terminal[1]);
        close(task->out[0]);
        close(task->out[1]);
        task->out[0] = task->terminal = terminal[0];
        task->out[1] = -1;
        task->in = dup(terminal[0]);
    }
    int written[] = {task->in, task->pmi};
    for (size_t i = 0; i < 2; i++) {
        if (written[i] >= 0) {
            fcntl(written[i], F_SETFL, O_NONBLOCK);
            fcntl(written[i], F_SETFD, FD_CLOEXEC);
        }
    }
    if (task->pid < 0) {
        close(report[0]);
        return false;
    }
    await_exec(self, task, report[0]);
    return true;
}

static void signal_tasks(const struct session *self, int signal_number) {
    for (uint32_t i = 0; i < self->local; i++) {
        if (self->tasks[i].pid > 0 && kill(-self->tasks[i].pid, signal_number) != 0) {
            kill(self->tasks[i].pid, signal_number);
        }
    }
}

/* The starter is gone, or wants the end: TERM now, KILL soon. */
static void end_tasks(struct session *self) {
    if (self->kill_at_ms == 0) {
        self->kill_at_ms = now_ms() + KILL_AFTER_MS;
        if (self->shell) {
            /* An interactive shell hears no TERM. */
            signal_tasks(self, SIGHUP);
        }
        signal_tasks(self, SIGTERM);
        signal_tasks(self, SIGCONT);
    }
}

static int status_code(int status) {
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static void reap(struct session *self) {
    int status = 0;
    pid_t pid = 0;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (self->pmix.pid == pid) {
            self->pmix.pid = 0;
            self->pmix_status = status_code(status);
        }
        for (uint32_t i = 0; i < self->local; i++) {
            if (self->tasks[i].pid == pid) {
                /* What the task left in its process group is not of the step any more. */
                kill(-pid, SIGKILL);
                self->tasks[i].pid = 0;
                self->tasks[i].ended_ms = now_ms();
                self->tasks[i].status = status_code(status);
            }
        }
    }
}

static void read_output(struct session *self, struct task *task, int stream) {
    static uint8_t frame[5 + READ_BYTES];
    ssize_t got = read(task->out[stream], frame + 5, READ_BYTES);
    if (got > 0) {
        put_u32(frame, task->rank);
        frame[4] = (uint8_t)(stream + 1);
        channel_send(self->channel, FRAME_OUT, frame, (size_t)got + 5);
    } else if (got == 0 || errno != EINTR) {
        /* A terminal whose last process is gone reads as an error. */
        close_fd(&task->out[stream]);
    }
}

static void write_input(struct session *self, struct task *task) {
    while (task->in >= 0 && task->pending.end > task->pending.start) {
        ssize_t sent = write(task->in, task->pending.bytes + task->pending.start, task->pending.end - task->pending.start);
        if (sent < 0 && errno == EAGAIN) {
            return;
        }
        if (sent < 0 && errno != EINTR) {
            close_fd(&task->in);
            buffer_free(&task->pending);
            break;
        }
        task->pending.start += sent > 0 ? (size_t)sent : 0;
    }
    if (self->stdin_ended && task->terminal < 0) {
        close_fd(&task->in);
    }
}

/* One piece at a time: the next comes when every task has taken this one. */
static void acknowledge_input(struct session *self) {
    for (uint32_t i = 0; i < self->local; i++) {
        write_input(self, &self->tasks[i]);
        if (self->tasks[i].in >= 0 && self->tasks[i].pending.end > self->tasks[i].pending.start) {
            return;
        }
    }
    if (self->taking) {
        self->taking = false;
        channel_send(self->channel, FRAME_TAKEN, NULL, 0);
    }
}

static void barrier(struct session *self) {
    for (uint32_t i = 0; i < self->local; i++) {
        if (!self->tasks[i].in_barrier) {
            return;
        }
    }
    channel_send(self->channel, FRAME_BARRIER, self->table.news.bytes + self->table.news.start,
                 self->table.news.end - self->table.news.start);
    self->table.news.start = self->table.news.end = 0;
}

static void barrier_over(struct session *self, const uint8_t *bytes, size_t length) {
    static const char over[] = "cmd=barrier_out rc=0\n";
    if (!pmi_merge(&self->table, bytes, length)) {
        note(self, "the table of the step's PMI is full");
        end_tasks(self);
    }
    for (uint32_t i = 0; i < self->local; i++) {
        if (self->tasks[i].in_barrier) {
            self->tasks[i].in_barrier = false;
            buffer_add(&self->tasks[i].reply, over, sizeof over - 1);
        }
    }
}

static void serve_line(struct session *self, struct task *task, const char *line) {
    uint8_t code[4];
    switch (pmi_serve(&self->table, &task->state, line, &task->reply)) {
    case PMI_IN_BARRIER:
        task->in_barrier = true;
        barrier(self);
        break;
    case PMI_ABORTED:
        put_u32(code, task->state.abort_code);
        channel_send(self->channel, FRAME_ABORT, code, sizeof code);
        break;
    case PMI_BROKEN:
        note(self, "a task speaks something else than PMI-1 on its PMI descriptor");
        close_fd(&task->pmi);
        break;
    case PMI_GOES_ON:
    case PMI_FINALIZED:
        break;
    }
}

static void read_pmi(struct session *self, struct task *task) {
    struct pmi_rank *state = &task->state;
    ssize_t got = read(task->pmi, state->line + state->length, sizeof state->line - 1 - state->length);
    if (got <= 0) {
        if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            close_fd(&task->pmi);
        }
        return;
    }
    state->length += (size_t)got;
    state->line[state->length] = 0;
    for (char *end = NULL; task->pmi >= 0 && (end = strchr(state->line, '\n')) != NULL;) {
        *end = 0;
        serve_line(self, task, state->line);
        state->length -= (size_t)(end + 1 - state->line);
        memmove(state->line, end + 1, state->length + 1);
    }
    if (state->length == sizeof state->line - 1) {
        close_fd(&task->pmi);
    }
}

static void write_pmi(struct task *task) {
    while (task->pmi >= 0 && task->reply.end > task->reply.start) {
        ssize_t sent = send(task->pmi, task->reply.bytes + task->reply.start, task->reply.end - task->reply.start,
                            MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0) {
            if (errno != EAGAIN && errno != EINTR) {
                close_fd(&task->pmi);
            }
            return;
        }
        task->reply.start += (size_t)sent;
    }
}

/* The server is gone, or says what it cannot: ranks would wait for it for ever. */
static void lose_pmix(struct session *self) {
    uint8_t code[4];
    char words[96];
    channel_close(&self->pmix.channel);
    snprintf(words, sizeof words, "the PMIx server of the step has failed (code %d)", self->pmix_status);
    note(self, words);
    put_u32(code, 1);
    channel_send(self->channel, FRAME_ABORT, code, sizeof code);
}

static void handle_pmix(struct session *self, enum frame_type type, const uint8_t *bytes, size_t length) {
    struct fields in = {bytes, bytes + length, false};
    switch (type) {
    case FRAME_NOTE:
    case FRAME_ABORT:
    case FRAME_PMIX_FENCE:
    case FRAME_PMIX_ASK:
    case FRAME_PMIX_ANSWER:
        channel_send(self->channel, type, bytes, length);
        break;
    case FRAME_PMIX_RANK: {
        uint32_t local = fields_u32(&in) - self->first_rank;
        const uint8_t *state = fields_take(&in, 1);
        if (!in.bad && local < self->local) {
            self->tasks[local].state.initialized = true;
            self->tasks[local].state.finalized = *state == 2;
        }
        break;
    }
    default:
        lose_pmix(self);
        break;
    }
}

/* All that is there: what a rank that has ended said last decides how it has ended. */
static void read_pmix_server(struct session *self) {
    enum frame_type type = FRAME_DONE;
    const uint8_t *bytes = NULL;
    size_t length = 0;
    int next = 0;
    if (self->pmix.channel.fd < 0) {
        return;
    }
    bool there = pmix_read(&self->pmix);
    while (self->pmix.channel.fd >= 0 && (next = channel_next(&self->pmix.channel, &type, &bytes, &length)) == 1) {
        handle_pmix(self, type, bytes, length);
    }
    if (self->pmix.channel.fd >= 0 && (!there || next < 0 || channel_write(&self->pmix.channel) != 0)) {
        lose_pmix(self);
    }
}

static void take_input(struct session *self, const uint8_t *bytes, size_t length) {
    for (uint32_t i = 0; i < self->local; i++) {
        if (self->tasks[i].in >= 0) {
            buffer_add(&self->tasks[i].pending, bytes, length);
        }
    }
    self->stdin_ended |= length == 0;
    self->taking = length > 0;
}

static void handle_frame(struct session *self, enum frame_type type, const uint8_t *bytes, size_t length) {
    struct fields in = {bytes, bytes + length, false};
    switch (type) {
    case FRAME_STDIN:
        take_input(self, bytes, length);
        break;
    case FRAME_SIGNAL: {
        int signal_number = (int)fields_u32(&in);
        if (signal_number == SIGKILL) {
            self->kill_at_ms = now_ms();
        } else if (signal_number > 0 && signal_number < NSIG) {
            signal_tasks(self, signal_number);
        }
        break;
    }
    case FRAME_KVS:
        barrier_over(self, bytes, length);
        break;
    case FRAME_PMIX_FENCED:
    case FRAME_PMIX_ASKED:
    case FRAME_PMIX_ANSWERED:
        channel_send(&self->pmix.channel, type, bytes, length);
        break;
    case FRAME_WINDOW: {
        uint16_t rows = fields_u16(&in);
        uint16_t columns = fields_u16(&in);
        if (!in.bad && self->tasks[0].terminal >= 0) {
            pty_resize(self->tasks[0].terminal, rows, columns);
        }
        break;
    }
    default:
        self->hung_up = true;
        break;
    }
}

static void handle_frames(struct session *self) {
    enum frame_type type = FRAME_DONE;
    const uint8_t *bytes = NULL;
    size_t length = 0;
    int result = 0;
    while ((result = channel_next(self->channel, &type, &bytes, &length)) == 1) {
        handle_frame(self, type, bytes, length);
    }
    self->hung_up |= result < 0;
}

static void handle_channel(struct session *self) {
    bool gone = channel_read(self->channel) != 0;
    handle_frames(self);
    self->hung_up |= gone;
}

/* A task has ended once it is reaped and what it wrote has been read. */
static bool tell_ends(struct session *self) {
    bool all = true;
    for (uint32_t i = 0; i < self->local; i++) {
        struct task *task = &self->tasks[i];
        if (!task->told && task->pid == 0 && task->out[0] < 0 && task->out[1] < 0) {
            uint8_t frame[8];
            bool broke_off = task->state.initialized && !task->state.finalized;
            put_u32(frame, task->rank);
            put_u32(frame + 4, (uint32_t)task->status);
            channel_send(self->channel, FRAME_EXIT, frame, sizeof frame);
            if (broke_off) {
                /* The other ranks would wait for it for ever. */
                put_u32(frame, task->status == 0 ? 1 : (uint32_t)task->status);
                channel_send(self->channel, FRAME_ABORT, frame, 4);
            }
            task->told = true;
        }
        all &= task->told;
    }
    return all;
}

static size_t add_fd(struct pollfd *fds, size_t count, int fd, int events) {
    fds[count] = (struct pollfd){.fd = fd, .events = (short)events};
    return count + 1;
}

static int wait_ms(const struct session *self) {
    long left = self->kill_at_ms - now_ms();
    for (uint32_t i = 0; i < self->local; i++) {
        if (self->tasks[i].pid == 0 && !self->tasks[i].told) {
            return 50;
        }
    }
    if (self->kill_at_ms == 0) {
        return self->stdin_ended && self->tasks[0].terminal >= 0 ? END_OF_INPUT_MS : -1;
    }
    return left < 0 ? 50 : (int)left + 1;
}

static void serve_tasks(struct session *self, const struct pollfd *fds) {
    for (uint32_t i = 0; i < self->local; i++) {
        struct task *task = &self->tasks[i];
        const struct pollfd *own = fds + FIRST_TASK_FD + (size_t)4 * i;
        for (int stream = 0; stream < STREAMS; stream++) {
            if (own[stream].revents != 0 && own[stream].fd == task->out[stream] && task->out[stream] >= 0) {
                read_output(self, task, stream);
            }
        }
        if (own[2].revents != 0 && task->pmi >= 0) {
            read_pmi(self, task);
        }
        write_pmi(task);
    }
}

/* A task that is gone and whose pipe others keep open is waited for while there is something in it, and a moment. */
static void pass_time(struct session *self) {
    struct task *first = &self->tasks[0];
    /* A terminal knows no end of its input but a character, which whoever reads next has to find again. */
    if (self->stdin_ended && first->terminal >= 0 && first->pid > 0 && first->pending.end == first->pending.start &&
        now_ms() - self->end_told_ms >= END_OF_INPUT_MS) {
        self->end_told_ms = now_ms();
        buffer_add(&first->pending, "\004", 1);
    }
    if (self->kill_at_ms != 0 && now_ms() >= self->kill_at_ms) {
        signal_tasks(self, SIGKILL);
    }
    for (uint32_t i = 0; i < self->local; i++) {
        struct task *task = &self->tasks[i];
        for (int stream = 0; stream < STREAMS; stream++) {
            int there = 0;
            if (task->pid == 0 && task->out[stream] >= 0 && now_ms() - task->ended_ms > KILL_AFTER_MS &&
                ioctl(task->out[stream], FIONREAD, &there) == 0 && there == 0) {
                close_fd(&task->out[stream]);
            }
        }
    }
}

static void loop(struct session *self) {
    struct pollfd *fds = calloc(FIRST_TASK_FD + (size_t)4 * self->local, sizeof *fds);
    struct signalfd_siginfo info;
    /* What came together with the setup. */
    handle_frames(self);
    acknowledge_input(self);
    while (fds != NULL) {
        bool busy = channel_waiting(self->channel) > CHANNEL_BUSY_BYTES;
        size_t count = add_fd(fds, 0, self->hung_up ? -1 : self->channel->fd,
                              POLLIN | (channel_waiting(self->channel) > 0 ? POLLOUT : 0));
        count = add_fd(fds, count, self->children, POLLIN);
        count = add_fd(fds, count, self->pmix.channel.fd, POLLIN | (channel_waiting(&self->pmix.channel) > 0 ? POLLOUT : 0));
        for (uint32_t i = 0; i < self->local; i++) {
            struct task *task = &self->tasks[i];
            bool waits = task->pending.end > task->pending.start;
            count = add_fd(fds, count, busy ? -1 : task->out[0], POLLIN);
            count = add_fd(fds, count, busy ? -1 : task->out[1], POLLIN);
            count = add_fd(fds, count, task->pmi, POLLIN | (task->reply.end > task->reply.start ? POLLOUT : 0));
            count = add_fd(fds, count, waits ? task->in : -1, POLLOUT);
        }
        if (poll(fds, count, wait_ms(self)) < 0 && errno != EINTR) {
            break;
        }
        while (read(self->children, &info, sizeof info) > 0) {
            if (info.ssi_signo == SIGTERM) {
                end_tasks(self);
            }
        }
        reap(self);
        if ((fds[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0) {
            handle_channel(self);
        }
        read_pmix_server(self);
        serve_tasks(self, fds);
        acknowledge_input(self);
        pass_time(self);
        bool over = tell_ends(self);
        if (over && !self->ending) {
            self->ending = true;
            pmix_end(&self->pmix);
            channel_send(self->channel, FRAME_DONE, NULL, 0);
        }
        self->hung_up |= !self->hung_up && channel_write(self->channel) != 0;
        if (self->hung_up) {
            end_tasks(self);
        }
        if (self->ending && (self->hung_up || channel_waiting(self->channel) == 0)) {
            break;
        }
    }
    free(fds);
}

/* Until the setup is there, the session waits for nothing else. */
static bool await_setup(struct session *self) {
    enum frame_type type = FRAME_DONE;
    const uint8_t *bytes = NULL;
    size_t length = 0;
    for (;;) {
        int result = channel_next(self->channel, &type, &bytes, &length);
        if (result != 0) {
            return result == 1 && (type == FRAME_SETUP || type == FRAME_PMIX_SETUP) && read_setup(self, type, bytes, length);
        }
        struct pollfd one = {.fd = self->channel->fd, .events = POLLIN};
        if ((poll(&one, 1, -1) < 0 && errno != EINTR) || channel_read(self->channel) != 0) {
            return false;
        }
    }
}

/* NULL, or why not; then the ranks on other nodes would wait for those of this one. */
static const char *start_pmix(struct session *self) {
    uint8_t code[4];
    static char words[128];
    const char *wrong = NULL;
    if (pmix_start(&self->pmix, &self->pmix_step, self->environment, self->channel)) {
        wrong = pmix_await(&self->pmix, self->channel->fd);
    } else {
        snprintf(words, sizeof words, "start the PMIx server: %s", strerror(errno));
        wrong = words;
    }
    if (wrong != NULL) {
        put_u32(code, 126);
        channel_send(self->channel, FRAME_ABORT, code, sizeof code);
        pmix_end(&self->pmix);
    }
    return wrong;
}

_Noreturn void session_run(struct channel *channel, bool shell, void (*opened)(void)) {
    static struct session self;
    sigset_t blocked;
    sigset_t children;
    self.channel = channel;
    self.shell = shell;
    self.pmix.channel.fd = -1;
    sigfillset(&blocked);
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    if (shell) {
        sigaddset(&children, SIGTERM);
    }
    /* What the run is told as a whole its tasks are told too; the session stays to tell their ends. */
    sigprocmask(SIG_SETMASK, &blocked, NULL);
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    descriptors_raise();
    self.children = signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
    if (self.children < 0 || !await_setup(&self)) {
        _exit(1);
    }
    if (opened != NULL) {
        opened();
    }
    self.tasks = calloc(self.local, sizeof *self.tasks);
    if (self.tasks == NULL) {
        _exit(1);
    }
    for (uint32_t i = 0; i < self.local; i++) {
        self.tasks[i] = (struct task){.rank = self.first_rank + i, .in = -1, .out = {-1, -1}, .pmi = -1, .terminal = -1, .status = 126};
    }
    const char *wrong = self.pmix_step.space == NULL ? NULL : start_pmix(&self);
    bool started = wrong == NULL;
    for (uint32_t i = 0; i < self.local && started; i++) {
        started = start_task(&self, i);
    }
    if (!started) {
        note(&self, wrong != NULL ? wrong : "tasks could not be started: descriptors or processes are short");
        end_tasks(&self);
    }
    loop(&self);
    if (shell) {
        int gate = -1;
        gate_tell_end(&gate, self.step, (uint32_t)self.tasks[0].status);
    }
    _exit(shell ? self.tasks[0].status : 0);
}
