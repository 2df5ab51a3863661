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

#include "fields.h"
#include "gate.h"
#include "order.h"
#include "session.h"
#include "start.h"

enum { MAX_STEPS = 10000, RETRY_MS = 500, UNOPENED_S = 300, TICKET_BYTES = 4 + crypto_hash_sha256_BYTES };

static uint8_t seen[MAX_STEPS / 8 + 1];

/* Of an interactive job, else NULL: which of its shells somebody opened first, or 0. Shared with the sessions, which know it. */
static _Atomic pid_t *first_shell;

static bool first_time(uint32_t step) {
    uint8_t bit = (uint8_t)(1U << step % 8);
    bool is_new = (seen[step / 8] & bit) == 0;
    seen[step / 8] |= bit;
    return is_new;
}

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
    pid_t nobody = 0;
    if (first_shell != NULL) {
        atomic_compare_exchange_strong(first_shell, &nobody, getpid());
    }
}

/* The first shell of an interactive job is its end; after one that nobody opened it waits as long as at first. */
static void child_ended(int number) {
    int status = 0;
    int cause = errno;
    (void)number;
    for (pid_t pid = 0; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
        if (pid == atomic_load(first_shell)) {
            _exit(WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
        }
        alarm(UNOPENED_S);
    }
    errno = cause;
}

static void unopened(int number) {
    (void)number;
    if (atomic_load(first_shell) == 0) {
        _exit(1);
    }
}

static void start(const struct step_order *order, int gate) {
    sigset_t ended;
    sigemptyset(&ended);
    sigaddset(&ended, SIGCHLD);
    sigprocmask(SIG_BLOCK, &ended, NULL);
    pid_t child = fork();
    if (child > 0 && first_shell != NULL) {
        alarm(UNOPENED_S);
    }
    if (child != 0) {
        sigprocmask(SIG_UNBLOCK, &ended, NULL);
    }
    if (child == 0) {
        static struct channel channel;
        close(gate);
        for (int number = 1; number < NSIG; number++) {
            signal(number, SIG_DFL);
        }
        int fd = dial(order);
        if (fd < 0 || (order->shell && !show_ticket(fd, order->key)) || channel_join(&channel, fd, order->key, order->node) != 0) {
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
    } else if (order.step < MAX_STEPS && first_time(order.step)) {
        start(&order, gate);
    }
    sodium_memzero(&order, sizeof order);
}

/* Says that this process takes orders, and whether as the script: then no other one is to take them. */
static int offer(int gate) {
    struct buffer body = {0};
    uint8_t attends = 1;
    if (first_shell != NULL) {
        buffer_add(&body, &attends, sizeof attends);
    }
    int result = gate_send(gate, GATE_HOST, &body);
    buffer_free(&body);
    return result;
}

static void converse(int gate) {
    enum gate_type type = GATE_REFUSED;
    uint8_t *body = NULL;
    size_t length = 0;
    if (gate_receive(gate, &type, &body, &length) != 0) {
        return;
    }
    free(body);
    if (type != GATE_HELLO || offer(gate) != 0) {
        return;
    }
    while (gate_receive(gate, &type, &body, &length) == 0) {
        if (type == GATE_ORDER) {
            take_order(body, length, gate);
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
    if (interactive) {
        first_shell = mmap(NULL, sizeof *first_shell, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (first_shell == MAP_FAILED) {
            perror("queqiao attend: mmap");
            return 1;
        }
    }
    signal(SIGCHLD, interactive ? child_ended : SIG_IGN);
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
