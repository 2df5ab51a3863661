/*
 * The main process of a run on the nodes where its script is not: asks the agent for the steps of
 * its run here, believes only what the server has signed, and starts each of them once.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../launcher/bytes.h"
#include "fields.h"
#include "gate.h"
#include "order.h"
#include "session.h"
#include "start.h"

enum { MAX_STEPS = 10000, MAX_OPENED = 16, RETRY_MS = 500, LOOK_MS = 1000, UNOPENED_S = 300, TICKET_BYTES = 4 + crypto_hash_sha256_BYTES };

/* What the sessions of this process tell it, in memory that they share. */
struct shared {
    atomic_bool begun[MAX_STEPS];
    /* The shells whose person has said what to start, in their order; 0: a free place. */
    _Atomic pid_t opened[MAX_OPENED];
};

static struct shared *shared;

/* Of an interactive job: this is its script, which ends with the first of its shells. */
static bool attends;

/* Shells that a host beside the script has open: they are the first. */
static volatile sig_atomic_t beside;

/* Beside a script that attends: how the last of the shells that were open here ended. */
static volatile sig_atomic_t attended;
static volatile uint32_t last_code;

static int dial(const struct step_order *order) {
    struct sockaddr_storage where = {0};
    struct sockaddr_in *four = (struct sockaddr_in *)(void *)&where;
    struct sockaddr_in6 *six = (struct sockaddr_in6 *)(void *)&where;
    socklen_t length = sizeof *four;
    if (inet_pton(AF_INET, order->address, &four->sin_addr) == 1) {
        where.ss_family = AF_INET;
        four->sin_port = htons(order->port);
    } else if (inet_pton(AF_INET6, order->address, &six->sin6_addr) == 1) {
        where.ss_family = AF_INET6;
        six->sin6_port = htons(order->port);
        length = sizeof *six;
    } else {
        return -1;
    }
    int fd = socket(where.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&where, length) != 0) {
        close(fd);
        return -1;
    }
    return fd;
}

/* Tells the relay which shell this is, by what only who knows the key can say, and what does not betray it. */
static bool show_ticket(int fd, const uint8_t key[STEP_KEY_BYTES]) {
    static const char label[] = "queqiao shell";
    uint8_t ticket[TICKET_BYTES] = {'Q', 'Q', 'S', 'H'};
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, (const uint8_t *)label, sizeof label - 1);
    crypto_hash_sha256_update(&state, key, STEP_KEY_BYTES);
    crypto_hash_sha256_final(&state, ticket + 4);
    return send(fd, ticket, sizeof ticket, MSG_NOSIGNAL) == (ssize_t)sizeof ticket;
}

/* In the session of a shell: nobody has to have come as far as that, who left before or whose node reaches no relay. */
static void opened(void) {
    for (size_t i = 0; i < MAX_OPENED; i++) {
        pid_t nobody = 0;
        if (atomic_compare_exchange_strong(&shared->opened[i], &nobody, getpid())) {
            return;
        }
    }
}

static uint32_t open_shells(void) {
    uint32_t count = 0;
    for (size_t i = 0; i < MAX_OPENED; i++) {
        count += atomic_load(&shared->opened[i]) != 0;
    }
    return count;
}

static void closed(pid_t shell, uint32_t code) {
    for (size_t i = 0; i < MAX_OPENED; i++) {
        pid_t there = shell;
        if (atomic_compare_exchange_strong(&shared->opened[i], &there, 0) && attended != 0) {
            last_code = code;
        }
    }
}

/* The first shell of an interactive job is its end; after one that nobody opened it waits as long as at first. */
static void child_ended(int number) {
    int status = 0;
    int cause = errno;
    (void)number;
    for (pid_t pid = 0; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
        int code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        if (!attends) {
            closed(pid, (uint32_t)code);
        } else if (beside == 0) {
            if (pid == atomic_load(&shared->opened[0])) {
                _exit(code);
            }
            alarm(UNOPENED_S);
        }
    }
    errno = cause;
}

static void unopened(int number) {
    (void)number;
    if (beside == 0 && atomic_load(&shared->opened[0]) == 0) {
        _exit(1);
    }
}

static void start(const struct step_order *order, int gate) {
    pid_t child = fork();
    if (child < 0) {
        atomic_store(&shared->begun[order->step], false);
    }
    if (child > 0 && attends) {
        alarm(UNOPENED_S);
    }
    if (child == 0) {
        static struct channel channel;
        close(gate);
        for (int number = 1; number < NSIG; number++) {
            signal(number, SIG_DFL);
        }
        int fd = dial(order);
        if (fd < 0 || (order->shell && !show_ticket(fd, order->key)) || channel_join(&channel, fd, order->key, order->node) != 0) {
            /* The server asks again while the shell is awaited. */
            atomic_store(&shared->begun[order->step], false);
            _exit(1);
        }
        session_run(&channel, order->shell, order->shell ? opened : NULL);
    }
}

static void take_order(const uint8_t *bytes, size_t length, int gate) {
    struct step_order order;
    const char *why = step_order_verify(bytes, length, &order);
    if (why != NULL) {
        fprintf(stderr, "queqiao host: step refused: %s\n", why);
    } else if (order.step < MAX_STEPS && !atomic_exchange(&shared->begun[order.step], true)) {
        start(&order, gate);
    }
    sodium_memzero(&order, sizeof order);
}

/* A script that attends ends with the shells that were open beside it before, and waits anew when none was. */
static void hear_beside(const uint8_t *body, size_t length) {
    if (!attends || length != 2 * sizeof(uint32_t)) {
        return;
    }
    uint32_t shells = get_u32(body);
    uint32_t code = get_u32(body + sizeof shells);
    if (shells == 0 && code != GATE_NO_CODE) {
        _exit((int)code);
    }
    if (shells > 0) {
        alarm(0);
    } else if (beside != 0) {
        alarm(UNOPENED_S);
    }
    beside = shells > 0;
}

/* Says that this process takes orders, and whether as the script: then no other one is to take them. */
static int offer(int gate) {
    struct buffer body = {0};
    uint8_t script = 1;
    if (attends) {
        buffer_add(&body, &script, sizeof script);
    }
    int result = gate_send(gate, GATE_HOST, &body);
    buffer_free(&body);
    return result;
}

/* What is open here, if a script attends that asks for it, and if it is not what it was told. */
static void tell_shells(int gate, uint64_t *told) {
    uint32_t shells = open_shells();
    uint64_t now = (uint64_t)shells << 32 | last_code;
    if (attended == 0 || now == *told) {
        return;
    }
    struct buffer body = {0};
    gate_u32(&body, shells);
    gate_u32(&body, last_code);
    if (gate_send(gate, GATE_SHELLS, &body) == 0) {
        *told = now;
    }
    buffer_free(&body);
}

/* Until the agent says something or is gone. */
static void await_agent(int gate, uint64_t *told) {
    struct pollfd one = {.fd = gate, .events = POLLIN};
    do {
        tell_shells(gate, told);
    } while (poll(&one, 1, attended != 0 ? LOOK_MS : -1) <= 0);
}

static void converse(int gate) {
    enum gate_type type = GATE_REFUSED;
    uint8_t *body = NULL;
    size_t length = 0;
    uint64_t told = UINT64_MAX;
    if (gate_receive(gate, &type, &body, &length) != 0) {
        return;
    }
    free(body);
    if (type != GATE_HELLO || offer(gate) != 0) {
        return;
    }
    for (;;) {
        await_agent(gate, &told);
        if (gate_receive(gate, &type, &body, &length) != 0) {
            return;
        }
        if (type == GATE_ORDER) {
            take_order(body, length, gate);
        } else if (type == GATE_BESIDE) {
            hear_beside(body, length);
        } else if (type == GATE_ATTENDED) {
            attended = 1;
            told = UINT64_MAX;
        }
        sodium_memzero(body, length);
        free(body);
    }
}

int host_run(bool interactive) {
    struct timespec moment = {.tv_nsec = RETRY_MS * 1000L * 1000L};
    static const int passed_on[] = {SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, SIGPIPE, SIGALRM};
    /* The tasks get these too; the host only gives its place up at the end of the run. */
    for (size_t i = 0; i < sizeof passed_on / sizeof *passed_on; i++) {
        signal(passed_on[i], SIG_IGN);
    }
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        perror("queqiao host: mmap");
        return 1;
    }
    attends = interactive;
    last_code = GATE_NO_CODE;
    signal(SIGCHLD, child_ended);
    if (interactive) {
        signal(SIGALRM, unopened);
        alarm(UNOPENED_S);
    }
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    for (;;) {
        int gate = gate_connect();
        if (gate >= 0) {
            converse(gate);
            close(gate);
        }
        nanosleep(&moment, NULL);
    }
}
