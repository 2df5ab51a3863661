#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "../launcher/processes.h"
#include "descriptors.h"
#include "environment.h"
#include "exchange.h"
#include "fields.h"
#include "gate.h"
#include "lines.h"
#include "pmix.h"
#include "pmix_library.h"
#include "session.h"
#include "start.h"

enum { JOIN_MS = 60000, KILL_AFTER_MS = 2000, MAX_STRANGERS = 64, INPUT_BYTES = 32 * 1024 };
enum { CODE_LOST = 1, CODE_REFUSED = 1 };

extern char **environ;

/* One node of the step. */
struct member {
    struct channel channel;
    bool joined, done, lost, in_barrier, taking;
};

/* A connection that has not said yet whose it is. */
struct stranger {
    int fd;
    struct buffer greeting;
};

struct starter {
    const struct options *options;
    struct layout allocation, layout;
    struct member *members;
    struct stranger strangers[MAX_STRANGERS];
    struct lines lines;
    uint8_t key[STEP_KEY_BYTES];
    uint32_t step;
    char address[64];
    int gate, listener, signals, input, local;
    struct buffer barrier;
    struct exchange exchange;
    char space[PMIX_MAX_SPACE + 1];
    uint32_t code;
    bool aborted, input_ended, raw, attached;
    long join_by_ms, kill_at_ms, interrupted_ms;
    struct termios terminal;
};

static long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void say(const char *format, ...) {
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(stderr, "queqiao run: %s\n", text);
}

static int find_local(const struct starter *self) {
    const char *name = getenv("QUEQIAO_NODE");
    for (uint32_t i = 0; name != NULL && i < self->layout.count; i++) {
        if (strcmp(self->layout.nodes[i].name, name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

/* On the address by which the server knows this node, so that it is nobody else's interface. */
static int listen_on(const char *address, uint16_t *port) {
    struct sockaddr_storage where = {0};
    struct sockaddr_in *four = (struct sockaddr_in *)(void *)&where;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)(void *)&where;
    socklen_t length = sizeof *four;
    if (inet_pton(AF_INET, address, &four->sin_addr) == 1) {
        where.ss_family = AF_INET;
    } else if (inet_pton(AF_INET6, address, &six->sin6_addr) == 1) {
        where.ss_family = AF_INET6;
        length = sizeof *six;
    } else {
        errno = EADDRNOTAVAIL;
        return -1;
    }
    int fd = socket(where.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&where, length) != 0 || listen(fd, 1024) != 0 ||
        getsockname(fd, (struct sockaddr *)&where, &length) != 0) {
        return -1;
    }
    *port = ntohs(where.ss_family == AF_INET ? four->sin_port : six->sin6_port);
    return fd;
}

static bool take_hello(struct starter *self) {
    enum gate_type type = GATE_REFUSED;
    uint8_t *body = NULL;
    size_t length = 0;
    self->gate = gate_connect();
    if (self->gate < 0) {
        say("the agent of this node cannot be reached (%s): steps start inside a job only", strerror(errno));
        return false;
    }
    if (gate_receive(self->gate, &type, &body, &length) != 0) {
        say("the agent of this node went away");
        return false;
    }
    struct fields in = {body, body + length, false};
    uint16_t text = fields_u16(&in);
    const uint8_t *bytes = fields_take(&in, text);
    if (type != GATE_HELLO || bytes == NULL) {
        say("%.*s", type == GATE_REFUSED && bytes != NULL ? (int)text : 24, type == GATE_REFUSED && bytes != NULL ? (const char *)bytes : "the agent is not understood");
        free(body);
        return false;
    }
    snprintf(self->address, sizeof self->address, "%.*s", (int)text, (const char *)bytes);
    free(body);
    return true;
}

/* The cores and the address of a node of the step. */
static void take_node(struct starter *self, struct fields *in, uint32_t index) {
    struct node *node = &self->layout.nodes[index];
    uint16_t length = fields_u16(in);
    const uint8_t *name = fields_take(in, length);
    uint16_t address_length = fields_u16(in);
    const uint8_t *address = fields_take(in, address_length);
    node->core_count = fields_u16(in);
    const uint8_t *ids = fields_take(in, (size_t)2 * node->core_count);
    if (name == NULL || address == NULL || ids == NULL || strlen(node->name) != length ||
        memcmp(node->name, name, length) != 0) {
        in->bad = true;
        return;
    }
    node->address = strndup((const char *)address, address_length);
    node->core_ids = calloc((size_t)node->core_count + 1, sizeof *node->core_ids);
    for (uint16_t i = 0; node->core_ids != NULL && i < node->core_count; i++) {
        node->core_ids[i] = get_u16(ids + (size_t)2 * i);
    }
    in->bad |= node->address == NULL || node->core_ids == NULL;
}

static bool ask(struct starter *self, uint16_t port) {
    struct buffer body = {0};
    enum gate_type type = GATE_REFUSED;
    uint8_t *answer = NULL;
    size_t length = 0;
    gate_u32(&body, self->layout.tasks);
    gate_u16(&body, port);
    gate_text(&body, self->options->name);
    gate_u16(&body, self->layout.count);
    for (uint32_t i = 0; i < self->layout.count; i++) {
        gate_text(&body, self->layout.nodes[i].name);
    }
    int result = gate_send(self->gate, GATE_STEP, &body);
    buffer_free(&body);
    if (result != 0 || gate_receive(self->gate, &type, &answer, &length) != 0) {
        say("the agent of this node went away");
        return false;
    }
    struct fields in = {answer, answer + length, false};
    if (type == GATE_GRANTED) {
        self->step = fields_u32(&in);
        const uint8_t *key = fields_take(&in, STEP_KEY_BYTES);
        if (key != NULL) {
            memcpy(self->key, key, STEP_KEY_BYTES);
        }
        in.bad |= fields_u16(&in) != self->layout.count;
        for (uint32_t i = 0; i < self->layout.count && !in.bad; i++) {
            take_node(self, &in, i);
        }
        if (in.bad) {
            say("the agent is not understood");
        }
    } else {
        uint16_t text = fields_u16(&in);
        const uint8_t *words = fields_take(&in, text);
        say("%.*s", words == NULL ? 0 : (int)text, words == NULL ? "" : (const char *)words);
        in.bad = true;
    }
    sodium_memzero(answer, length);
    free(answer);
    return !in.bad;
}

static void pass_question(struct starter *self, uint32_t owner, const struct exchange_question *question) {
    uint8_t numbers[8];
    put_u32(numbers, question->asker);
    put_u32(numbers + 4, question->rank);
    channel_send(&self->members[owner].channel, FRAME_PMIX_ASKED, numbers, sizeof numbers);
}

static void send_setup(struct starter *self, uint32_t index) {
    const struct node *node = &self->layout.nodes[index];
    const struct options *options = self->options;
    struct buffer out = {0};
    struct winsize window = {0};
    char mapping[PATH_MAX_TEXT];
    char name[64];
    bool own_out = pattern_is_per_task(options->stdout_path);
    bool own_err = pattern_is_per_task(options->stderr_path);
    uint32_t flags = (options->bind ? SETUP_BIND : 0U) | (options->pty ? SETUP_PTY : 0U) | (options->mpi == MPI_NONE ? SETUP_NO_PMI : 0U);
    flags |= options->input == INPUT_ALL ? SETUP_STDIN_ALL : options->input == INPUT_RANK ? SETUP_STDIN_ONE : 0U;
    if (options->pty) {
        ioctl(STDIN_FILENO, TIOCGWINSZ, &window);
    }
    layout_mapping(&self->layout, mapping, sizeof mapping);
    snprintf(name, sizeof name, "queqiao-%.20s-%u",
             getenv("QUEQIAO_JOB_ID") == NULL ? "0" : getenv("QUEQIAO_JOB_ID"), self->step);
    uint32_t numbers[] = {self->step,  index,
                          self->layout.count, self->layout.tasks,
                          node->first_rank,   node->tasks,
                          self->layout.cpus_per_task, flags,
                          options->input_rank};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        add_u32(&out, numbers[i]);
    }
    add_u16(&out, window.ws_row);
    add_u16(&out, window.ws_col);
    add_string(&out, self->attached ? "" : environment_directory(options->directory));
    add_string(&out, own_out ? options->stdout_path : "");
    add_string(&out, own_err ? options->stderr_path : "");
    add_string(&out, mapping);
    add_string(&out, name);
    add_u16(&out, node->core_count);
    for (uint16_t i = 0; i < node->core_count; i++) {
        add_u16(&out, node->core_ids[i]);
    }
    add_u32(&out, (size_t)options->command_count);
    for (int i = 0; i < options->command_count; i++) {
        add_string(&out, options->command[i]);
    }
    environment_add(&out);
    if (options->mpi == MPI_PMIX) {
        add_string(&out, self->space);
        for (uint32_t i = 0; i < self->layout.count; i++) {
            add_string(&out, self->layout.nodes[i].name);
            add_u32(&out, self->layout.nodes[i].tasks);
        }
    }
    /* Another type, so that a session that knows no PMIx does not start its ranks without. */
    channel_send(&self->members[index].channel, options->mpi == MPI_PMIX ? FRAME_PMIX_SETUP : FRAME_SETUP, out.bytes, out.end);
    buffer_free(&out);
    self->members[index].joined = true;
    for (const struct exchange_question *each = self->exchange.asked[index]; each != NULL; each = each->next) {
        pass_question(self, index, each);
    }
}

/* The tasks of this node are started by a child, over the same frames as those of the others. */
static bool start_local(struct starter *self) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return false;
    }
    pid_t child = fork();
    if (child == 0) {
        static struct channel channel;
        close(ends[0]);
        close(self->gate);
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        /* The starter's own streams are its alone: a reader of them must see their end when it ends. */
        if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || dup2(null, 2) < 0) {
            _exit(1);
        }
        channel_open(&channel, ends[1]);
        session_run(&channel, false, NULL);
    }
    close(ends[1]);
    channel_open(&self->members[self->local].channel, ends[0]);
    send_setup(self, (uint32_t)self->local);
    return child > 0;
}

static void each_member(struct starter *self, enum frame_type type, const void *bytes, size_t length) {
    for (uint32_t i = 0; i < self->layout.count; i++) {
        if (self->members[i].joined && !self->members[i].done) {
            channel_send(&self->members[i].channel, type, bytes, length);
        }
    }
}

static void signal_all(struct starter *self, int number) {
    uint8_t bytes[4];
    put_u32(bytes, (uint32_t)number);
    each_member(self, FRAME_SIGNAL, bytes, sizeof bytes);
}

/* TERM to every task, and KILL to those that are left after a moment. */
static void abort_step(struct starter *self, uint32_t code) {
    self->code = code > self->code ? code : self->code;
    if (!self->aborted) {
        self->aborted = true;
        self->kill_at_ms = now_ms() + KILL_AFTER_MS;
        signal_all(self, SIGTERM);
    }
}

static void lose(struct starter *self, uint32_t index) {
    struct member *member = &self->members[index];
    if (!member->done) {
        say("node %s left the step before its tasks ended", self->layout.nodes[index].name);
        member->done = member->lost = true;
        abort_step(self, CODE_LOST);
    }
    channel_close(&member->channel);
}

/* A node whose tasks have all ended gives nothing more: who waits for it would wait for ever. */
static void abort_what_waits_in_vain(struct starter *self) {
    bool in_barrier = false;
    for (uint32_t i = 0; i < self->layout.count; i++) {
        in_barrier |= self->members[i].in_barrier;
    }
    for (uint32_t i = 0; i < self->layout.count && !self->aborted; i++) {
        const struct member *member = &self->members[i];
        if (member->done && ((in_barrier && !member->in_barrier) || exchange_awaits(&self->exchange, &self->layout, i))) {
            say("ranks wait for those of node %s, which have ended: every rank of the step has to take part",
                self->layout.nodes[i].name);
            abort_step(self, CODE_LOST);
        }
    }
}

static void barrier(struct starter *self, struct member *member, const uint8_t *bytes, size_t length) {
    member->in_barrier = true;
    buffer_add(&self->barrier, bytes, length);
    for (uint32_t i = 0; i < self->layout.count; i++) {
        if (!self->members[i].in_barrier) {
            abort_what_waits_in_vain(self);
            return;
        }
    }
    for (uint32_t i = 0; i < self->layout.count; i++) {
        self->members[i].in_barrier = false;
    }
    each_member(self, FRAME_KVS, self->barrier.bytes + self->barrier.start, self->barrier.end - self->barrier.start);
    self->barrier.start = self->barrier.end = 0;
}

static void fence(struct starter *self, uint32_t index, const uint8_t *bytes, size_t length) {
    struct exchange_fence *complete = NULL;
    switch (exchange_take(&self->exchange, &self->layout, index, bytes, length, &complete)) {
    case EXCHANGE_COMPLETE:
        for (uint32_t i = 0; i < self->layout.count; i++) {
            if (!self->members[i].done && exchange_has(complete, &self->layout, i)) {
                channel_send(&self->members[i].channel, FRAME_PMIX_FENCED, complete->all.bytes, complete->all.end);
            }
        }
        exchange_release(complete);
        break;
    case EXCHANGE_FULL:
        say("the ranks publish more by PMIx than %d MiB, or wait for each other in more groups at once than %d",
            PMIX_MAX_DATA / 1024 / 1024, PMIX_MAX_FENCES);
        abort_step(self, CODE_LOST);
        break;
    case EXCHANGE_BROKEN:
        lose(self, index);
        break;
    case EXCHANGE_WAITS:
        abort_what_waits_in_vain(self);
        break;
    }
}

static void answer_not_found(struct starter *self, uint32_t asker, uint32_t rank) {
    uint8_t numbers[8];
    put_u32(numbers, rank);
    put_u32(numbers + 4, (uint32_t)PMIX_NOT_FOUND);
    channel_send(&self->members[asker].channel, FRAME_PMIX_ANSWERED, numbers, sizeof numbers);
}

/* A rank of the node asks what one of another node has published: that node is asked, once it has joined. */
static void take_question(struct starter *self, uint32_t index, uint32_t rank) {
    uint32_t owner = exchange_node_of(&self->layout, rank);
    if (owner == self->layout.count || self->members[owner].done) {
        answer_not_found(self, index, rank);
    } else if (!exchange_ask(&self->exchange, owner, index, rank)) {
        say("the ranks ask for more of each other by PMIx at once than %d", PMIX_MAX_ASKED);
        abort_step(self, CODE_LOST);
    } else if (self->members[owner].joined) {
        pass_question(self, owner, self->exchange.asked[owner]);
    }
}

static void take_answer(struct starter *self, uint32_t index, struct fields *in) {
    uint32_t asker = fields_u32(in);
    struct fields rest = *in;
    uint32_t rank = fields_u32(in);
    if (in->bad || !exchange_answered(&self->exchange, index, asker, rank)) {
        lose(self, index);
    } else if (!self->members[asker].done) {
        channel_send(&self->members[asker].channel, FRAME_PMIX_ANSWERED, rest.at, (size_t)(rest.end - rest.at));
    }
}

/* Nobody will answer for this node any more. */
static void leave_exchange(struct starter *self, uint32_t index) {
    struct exchange_question *question = NULL;
    while ((question = self->exchange.asked[index]) != NULL) {
        answer_not_found(self, question->asker, question->rank);
        exchange_answered(&self->exchange, index, question->asker, question->rank);
    }
}

static void handle_frame(struct starter *self, uint32_t index, enum frame_type type, const uint8_t *bytes, size_t length) {
    struct member *member = &self->members[index];
    struct fields in = {bytes, bytes + length, false};
    switch (type) {
    case FRAME_OUT: {
        uint32_t rank = fields_u32(&in);
        const uint8_t *stream = fields_take(&in, 1);
        if (!in.bad && rank < self->layout.tasks) {
            lines_write(&self->lines, rank, *stream == 2, in.at, (size_t)(in.end - in.at));
        }
        break;
    }
    case FRAME_EXIT: {
        uint32_t rank = fields_u32(&in);
        uint32_t code = fields_u32(&in);
        self->code = code > self->code ? code : self->code;
        if (code != 0 && !self->options->pty && !self->attached) {
            say("task %u on %s ended with code %u", rank, self->layout.nodes[index].name, code);
        }
        if (code != 0 && self->options->kill_on_bad_exit) {
            abort_step(self, code);
        }
        break;
    }
    case FRAME_NOTE:
        say("%s: %.*s", self->layout.nodes[index].name, (int)length, (const char *)bytes);
        break;
    case FRAME_BARRIER:
        barrier(self, member, bytes, length);
        break;
    case FRAME_PMIX_FENCE:
        fence(self, index, bytes, length);
        break;
    case FRAME_PMIX_ASK:
        take_question(self, index, fields_u32(&in));
        break;
    case FRAME_PMIX_ANSWER:
        take_answer(self, index, &in);
        break;
    case FRAME_ABORT:
        abort_step(self, fields_u32(&in));
        break;
    case FRAME_TAKEN:
        member->taking = false;
        break;
    case FRAME_DONE:
        member->done = true;
        leave_exchange(self, index);
        abort_what_waits_in_vain(self);
        break;
    default:
        lose(self, index);
        break;
    }
}

static void read_member(struct starter *self, uint32_t index) {
    struct member *member = &self->members[index];
    enum frame_type type = FRAME_DONE;
    const uint8_t *bytes = NULL;
    size_t length = 0;
    int result = channel_read(&member->channel);
    int next = 0;
    while (member->channel.fd >= 0 && (next = channel_next(&member->channel, &type, &bytes, &length)) == 1) {
        handle_frame(self, index, type, bytes, length);
    }
    if (member->channel.fd >= 0 && (result < 0 || next < 0 || member->done)) {
        lose(self, index);
    }
}

static void forget(struct stranger *stranger) {
    close(stranger->fd);
    buffer_free(&stranger->greeting);
    stranger->fd = -1;
}

static void accept_one(struct starter *self) {
    int fd = accept4(self->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    for (int i = 0; fd >= 0 && i < MAX_STRANGERS; i++) {
        if (self->strangers[i].fd < 0) {
            self->strangers[i].fd = fd;
            return;
        }
    }
    if (fd >= 0) {
        close(fd);
    }
}

/* A node of the step that has not joined, or nobody: the key decides with the first sealed frame. */
static void read_stranger(struct starter *self, struct stranger *stranger) {
    uint8_t bytes[512];
    char name[STEP_MAX_NAME + 1];
    size_t used = 0;
    ssize_t got = recv(stranger->fd, bytes, sizeof bytes, 0);
    if (got <= 0) {
        if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            forget(stranger);
        }
        return;
    }
    buffer_add(&stranger->greeting, bytes, (size_t)got);
    int known = channel_greeted(stranger->greeting.bytes, stranger->greeting.end, name, &used);
    if (known == 0) {
        return;
    }
    for (uint32_t i = 0; known > 0 && i < self->layout.count; i++) {
        struct member *member = &self->members[i];
        if ((int)i != self->local && !member->joined && strcmp(self->layout.nodes[i].name, name) == 0 &&
            stranger->greeting.end == used &&
            channel_admit(&member->channel, stranger->fd, self->key, name, stranger->greeting.bytes, used) == 0) {
            buffer_free(&stranger->greeting);
            stranger->fd = -1;
            send_setup(self, i);
            return;
        }
    }
    forget(stranger);
}

/* Nobody is there any more who could type: the session ends as at any terminal, and surely. */
static void lose_terminal(struct starter *self) {
    signal_all(self, SIGHUP);
    abort_step(self, 128 + SIGHUP);
}

static void handle_signal(struct starter *self) {
    struct signalfd_siginfo info;
    while (read(self->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        int number = (int)info.ssi_signo;
        if (number == STEP_CARRIER) {
            if (info.ssi_code == SI_QUEUE && info.ssi_int > 0 && info.ssi_int < NSIG) {
                signal_all(self, info.ssi_int);
            }
        } else if (number == SIGWINCH) {
            struct winsize window;
            uint8_t bytes[4];
            if (self->options->pty && ioctl(STDIN_FILENO, TIOCGWINSZ, &window) == 0) {
                put_u16(bytes, window.ws_row);
                put_u16(bytes + 2, window.ws_col);
                each_member(self, FRAME_WINDOW, bytes, sizeof bytes);
            }
        } else if (number == SIGINT && now_ms() - self->interrupted_ms < 1000) {
            self->code = self->code > 130 ? self->code : 130;
            signal_all(self, SIGKILL);
        } else if (number == SIGHUP && self->options->pty) {
            lose_terminal(self);
        } else {
            self->interrupted_ms = number == SIGINT ? now_ms() : self->interrupted_ms;
            signal_all(self, number);
        }
    }
}

static bool wants_input(const struct starter *self) {
    if (self->input < 0 || self->input_ended) {
        return false;
    }
    for (uint32_t i = 0; i < self->layout.count; i++) {
        if (self->members[i].taking || (!self->members[i].joined && !self->members[i].done)) {
            return false;
        }
    }
    return true;
}

static void read_input(struct starter *self) {
    static uint8_t bytes[INPUT_BYTES];
    ssize_t got = read(self->input, bytes, sizeof bytes);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) {
        return;
    }
    if (got < 0 && self->raw) {
        lose_terminal(self);
    }
    self->input_ended = got <= 0;
    each_member(self, FRAME_STDIN, bytes, got < 0 ? 0 : (size_t)got);
    for (uint32_t i = 0; i < self->layout.count && got > 0; i++) {
        self->members[i].taking = !self->members[i].done;
    }
}

static bool all_done(const struct starter *self) {
    for (uint32_t i = 0; i < self->layout.count; i++) {
        if (!self->members[i].done) {
            return false;
        }
    }
    return true;
}

static void pass_time(struct starter *self) {
    long now = now_ms();
    if (self->kill_at_ms != 0 && now >= self->kill_at_ms) {
        signal_all(self, SIGKILL);
        self->kill_at_ms = now + KILL_AFTER_MS;
    }
    bool late = now >= self->join_by_ms || self->aborted;
    for (uint32_t i = 0; i < self->layout.count && late; i++) {
        if (!self->members[i].joined && !self->members[i].done) {
            if (!self->aborted) {
                say("node %s did not join the step within %d s", self->layout.nodes[i].name, JOIN_MS / 1000);
            }
            self->members[i].done = true;
            abort_step(self, CODE_LOST);
        }
    }
}

static int wait_ms(const struct starter *self) {
    long until = self->kill_at_ms;
    for (uint32_t i = 0; i < self->layout.count; i++) {
        if (!self->members[i].joined && !self->members[i].done && (until == 0 || self->join_by_ms < until)) {
            until = self->join_by_ms;
        }
    }
    long left = until - now_ms();
    return until == 0 ? -1 : left < 0 ? 0 : (int)left + 1;
}

static void loop(struct starter *self) {
    size_t most = 4 + MAX_STRANGERS + self->layout.count;
    struct pollfd *fds = calloc(most, sizeof *fds);
    while (fds != NULL && !all_done(self)) {
        for (size_t i = 0; i < most; i++) {
            fds[i] = (struct pollfd){.fd = -1, .events = POLLIN};
        }
        fds[0].fd = self->listener;
        fds[1].fd = self->signals;
        fds[2].fd = wants_input(self) ? self->input : -1;
        for (int i = 0; i < MAX_STRANGERS; i++) {
            fds[4 + i].fd = self->strangers[i].fd;
        }
        struct pollfd *nodes = fds + 4 + MAX_STRANGERS;
        for (uint32_t i = 0; i < self->layout.count; i++) {
            nodes[i].fd = self->members[i].joined ? self->members[i].channel.fd : -1;
            nodes[i].events |= nodes[i].fd >= 0 && channel_waiting(&self->members[i].channel) > 0 ? POLLOUT : 0;
        }
        if (poll(fds, most, wait_ms(self)) < 0 && errno != EINTR) {
            break;
        }
        if (fds[0].revents != 0) {
            accept_one(self);
        }
        if (fds[1].revents != 0) {
            handle_signal(self);
        }
        if (fds[2].revents != 0) {
            read_input(self);
        }
        for (int i = 0; i < MAX_STRANGERS; i++) {
            if (fds[4 + i].revents != 0 && self->strangers[i].fd >= 0) {
                read_stranger(self, &self->strangers[i]);
            }
        }
        for (uint32_t i = 0; i < self->layout.count; i++) {
            if ((nodes[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0 && self->members[i].channel.fd >= 0) {
                read_member(self, i);
            }
        }
        pass_time(self);
        for (uint32_t i = 0; i < self->layout.count; i++) {
            struct member *member = &self->members[i];
            if (member->joined && member->channel.fd >= 0 && channel_write(&member->channel) != 0) {
                lose(self, i);
            }
        }
    }
    free(fds);
}

static bool open_input(struct starter *self) {
    const struct options *options = self->options;
    self->input = options->input == INPUT_NONE ? -1 : STDIN_FILENO;
    if (options->stdin_path != NULL) {
        self->input = open(options->stdin_path, O_RDONLY | O_CLOEXEC);
        if (self->input < 0) {
            say("%s: %s", options->stdin_path, strerror(errno));
            return false;
        }
    }
    if (options->pty && tcgetattr(STDIN_FILENO, &self->terminal) == 0) {
        struct termios raw = self->terminal;
        cfmakeraw(&raw);
        self->raw = tcsetattr(STDIN_FILENO, TCSANOW, &raw) == 0;
    }
    return true;
}

/* A reader that is gone wants no more; a disk that is full lost what the tasks believe to have written. */
static void close_output(struct starter *self) {
    int cause = lines_close(&self->lines);
    if (cause != 0) {
        say("what the tasks wrote is not whole: %s", strerror(cause));
        self->code = self->code > CODE_LOST ? self->code : CODE_LOST;
    }
}

static void take_signals(struct starter *self) {
    static const int taken[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1,
                                SIGUSR2, SIGWINCH, SIGALRM, SIGCONT, STEP_CARRIER};
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        sigaddset(&set, taken[i]);
    }
    signal(SIGPIPE, SIG_IGN);
    sigprocmask(SIG_BLOCK, &set, NULL);
    self->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static const char *collected(const char *path) {
    return path[0] == 0 || pattern_is_per_task(path) ? NULL : path;
}

/* Who knows it can speak as a rank to the PMIx server of a node, so it is no name that others could guess. */
static void name_space(struct starter *self) {
    uint8_t random[16];
    char text[2 * sizeof random + 1];
    const char *job = getenv("QUEQIAO_JOB_ID");
    randombytes_buf(random, sizeof random);
    sodium_bin2hex(text, sizeof text, random, sizeof random);
    snprintf(self->space, sizeof self->space, "queqiao-%.20s-%u-%s", job == NULL ? "0" : job, self->step, text);
}

int starter_run(const struct options *options) {
    static struct starter self;
    uint16_t port = 0;
    self.options = options;
    self.listener = -1;
    for (int i = 0; i < MAX_STRANGERS; i++) {
        self.strangers[i].fd = -1;
    }
    const char *wrong = layout_read(&self.allocation);
    wrong = wrong != NULL ? wrong : layout_choose(&self.allocation, &options->wish, &self.layout);
    if (wrong == NULL && options->input == INPUT_RANK && options->input_rank >= self.layout.tasks) {
        wrong = "the rank that --input names is not of this step";
    }
    if (wrong != NULL) {
        say("%s", wrong);
        return 2;
    }
    self.members = calloc(self.layout.count, sizeof *self.members);
    if (self.members == NULL || !exchange_open(&self.exchange, &self.layout) || !take_hello(&self)) {
        return CODE_REFUSED;
    }
    for (uint32_t i = 0; i < self.layout.count; i++) {
        self.members[i].channel.fd = -1;
    }
    self.local = find_local(&self);
    if (self.layout.count > 1 || self.local < 0) {
        self.listener = listen_on(self.address, &port);
        if (self.listener < 0) {
            say("listen on %s: %s", self.address, strerror(errno));
            return CODE_REFUSED;
        }
    }
    take_signals(&self);
    descriptors_raise();
    if (!ask(&self, port)) {
        return CODE_REFUSED;
    }
    name_space(&self);
    self.join_by_ms = now_ms() + JOIN_MS;
    environment_set(&self.layout, self.step, self.address, port);
    if (options->gpus_per_task >= 0) {
        environment_set_gpus((unsigned)options->gpus_per_task);
    }
    if (!lines_open(&self.lines, self.layout.tasks, options->label, collected(options->stdout_path),
                    collected(options->stderr_path), self.step) ||
        !open_input(&self) || (self.local >= 0 && !start_local(&self))) {
        self.code = CODE_REFUSED;
    } else {
        /* By this name the monitor finds it: from now on a warning is passed on. */
        prctl(PR_SET_NAME, STEP_STARTER, 0, 0, 0);
        loop(&self);
    }
    close_output(&self);
    if (self.raw) {
        tcsetattr(STDIN_FILENO, TCSANOW, &self.terminal);
    }
    gate_tell_end(&self.gate, self.step, self.code);
    return (int)(self.code > 255 ? 255 : self.code);
}

static bool read_exactly(int fd, void *into, size_t length) {
    for (size_t done = 0; done < length;) {
        ssize_t got = read(fd, (uint8_t *)into + done, length - done);
        if (got == 0 || (got < 0 && errno != EINTR)) {
            return false;
        }
        done += got > 0 ? (size_t)got : 0;
    }
    return true;
}

/* u32 step | key | u16 length | node, then what the host of the run says first. */
static bool join_host(struct starter *self, int fd) {
    uint8_t head[4 + STEP_KEY_BYTES + 2];
    uint8_t greeting[512];
    char name[STEP_MAX_NAME + 1] = {0};
    char greeted[STEP_MAX_NAME + 1];
    size_t length = 0;
    size_t used = 0;
    int known = 0;
    if (!read_exactly(fd, head, sizeof head) || get_u16(head + sizeof head - 2) > STEP_MAX_NAME ||
        !read_exactly(fd, name, get_u16(head + sizeof head - 2))) {
        return false;
    }
    self->step = get_u32(head);
    memcpy(self->key, head + 4, STEP_KEY_BYTES);
    self->layout.nodes[0].name = strdup(name);
    while (known == 0 && length < sizeof greeting && read_exactly(fd, greeting + length, 1)) {
        length++;
        known = channel_greeted(greeting, length, greeted, &used);
    }
    return known == 1 && self->layout.nodes[0].name != NULL && strcmp(name, greeted) == 0 &&
           channel_admit(&self->members[0].channel, fd, self->key, name, greeting, used) == 0;
}

/* Of the person's surroundings these alone are of use on the node. */
static void keep_terminal_variables(void) {
    static const char *const names[] = {"TERM", "LANG", "LC_ALL", "COLORTERM"};
    enum { NAMES = sizeof names / sizeof *names };
    char *values[NAMES];
    for (size_t i = 0; i < NAMES; i++) {
        const char *value = getenv(names[i]);
        values[i] = value == NULL ? NULL : strdup(value);
    }
    clearenv();
    for (size_t i = 0; i < NAMES; i++) {
        if (values[i] != NULL) {
            setenv(names[i], values[i], 1);
        }
    }
}

int starter_attach(const char *path, char **command, int count) {
    static struct starter self;
    static struct node node = {.tasks = 1};
    static char *login_shell[] = {(char *)(uintptr_t) "", NULL};
    struct options options = {.name = "shell", .directory = "", .stdout_path = "", .stderr_path = "", .input = INPUT_RANK,
                              .mpi = MPI_NONE, .gpus_per_task = -1, .pty = isatty(STDIN_FILENO) != 0,
                              .command = count > 0 ? command : login_shell, .command_count = count > 0 ? count : 1};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    self.options = &options;
    self.attached = true;
    self.listener = -1;
    self.local = -1;
    for (int i = 0; i < MAX_STRANGERS; i++) {
        self.strangers[i].fd = -1;
    }
    self.layout = (struct layout){.nodes = &node, .count = 1, .tasks = 1, .cpus_per_task = 1};
    self.members = calloc(1, sizeof *self.members);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    if (self.members == NULL || !exchange_open(&self.exchange, &self.layout) || fd < 0 ||
        connect(fd, (const struct sockaddr *)&address, sizeof address) != 0 || !join_host(&self, fd)) {
        say("the node did not join");
        return CODE_LOST;
    }
    keep_terminal_variables();
    take_signals(&self);
    if (!lines_open(&self.lines, 1, false, NULL, NULL, self.step) || !open_input(&self)) {
        return CODE_LOST;
    }
    send_setup(&self, 0);
    loop(&self);
    close_output(&self);
    if (self.raw) {
        tcsetattr(STDIN_FILENO, TCSANOW, &self.terminal);
    }
    return (int)(self.code > 255 ? 255 : self.code);
}
