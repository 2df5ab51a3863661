/*
 * PMIx as a step serves it, without agents: the servers of two nodes, ranks that are their clients, and this process
 * in the place of sessions and starter, which hears all that they say. Under the sanitizers.
 */
#define _GNU_SOURCE
#include <pmix.h>
#include <pmix_server.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../step/exchange.h"
#include "../step/fields.h"
#include "../step/pmix.h"
#include "../step/pmix_library.h"

/* What this is built with is what the library's own headers say. */
_Static_assert(sizeof(struct pmix_fact) == sizeof(pmix_info_t), "a fact");
_Static_assert(offsetof(struct pmix_fact, flags) == offsetof(pmix_info_t, flags), "flags of a fact");
_Static_assert(offsetof(struct pmix_fact, value) == offsetof(pmix_info_t, value), "value of a fact");
_Static_assert(sizeof(struct pmix_rank_name) == sizeof(pmix_proc_t), "a name");
_Static_assert(offsetof(struct pmix_rank_name, rank) == offsetof(pmix_proc_t, rank), "rank of a name");
_Static_assert(sizeof(struct pmix_callbacks) > sizeof(pmix_server_module_t), "callbacks");
_Static_assert(offsetof(struct pmix_callbacks, finalized) == offsetof(pmix_server_module_t, client_finalized), "finalized");
_Static_assert(offsetof(struct pmix_callbacks, aborted) == offsetof(pmix_server_module_t, abort), "aborted");
_Static_assert(offsetof(struct pmix_callbacks, fence) == offsetof(pmix_server_module_t, fence_nb), "fence");
_Static_assert(offsetof(struct pmix_callbacks, ask) == offsetof(pmix_server_module_t, direct_modex), "ask");
_Static_assert(sizeof(pmix_status_t) == sizeof(int) && sizeof(pmix_rank_t) == 4 && sizeof(pmix_data_type_t) == 2, "numbers");
_Static_assert(PMIX_TYPE_BOOL == PMIX_BOOL && PMIX_TYPE_TEXT == PMIX_STRING && PMIX_TYPE_U32 == PMIX_UINT32 &&
                   PMIX_TYPE_RANK == PMIX_PROC_RANK && PMIX_TYPE_REGEX == PMIX_REGEX,
               "types");
_Static_assert(PMIX_DONE == PMIX_SUCCESS && PMIX_NO_RESOURCE == PMIX_ERR_OUT_OF_RESOURCE &&
                   PMIX_NOT_FOUND == PMIX_ERR_NOT_FOUND && PMIX_UNSUPPORTED == PMIX_ERR_NOT_SUPPORTED &&
                   PMIX_DONE_AT_ONCE == PMIX_OPERATION_SUCCEEDED,
               "statuses");

enum { NODES = 2, PER_NODE = 2, RANKS = NODES * PER_NODE, WAIT_MS = 60000 };

static int failures;

static void check(bool holds, const char *what) {
    if (!holds) {
        fprintf(stderr, "FAILED: %s\n", what);
        failures++;
    }
}

/* ---- a rank ---- */

static pmix_proc_t me;

static void publish(const char *key, size_t bytes) {
    pmix_value_t value;
    uint8_t *data = malloc(bytes + 1);
    srandom(me.rank + 1);
    for (size_t i = 0; data != NULL && i < bytes; i++) {
        data[i] = (uint8_t)random();
    }
    memset(&value, 0, sizeof value);
    value.type = PMIX_BYTE_OBJECT;
    value.data.bo.bytes = (char *)data;
    value.data.bo.size = bytes;
    if (PMIx_Put(PMIX_GLOBAL, key, &value) != PMIX_SUCCESS || PMIx_Commit() != PMIX_SUCCESS) {
        _exit(10);
    }
}

/* Whether another rank has published just what it does. */
static bool has(uint32_t rank, const char *key, size_t bytes) {
    pmix_proc_t other = me;
    pmix_value_t *value = NULL;
    other.rank = rank;
    if (PMIx_Get(&other, key, NULL, 0, &value) != PMIX_SUCCESS || value->type != PMIX_BYTE_OBJECT ||
        value->data.bo.size != bytes) {
        return false;
    }
    srandom(rank + 1);
    for (size_t i = 0; i < bytes; i++) {
        if ((uint8_t)value->data.bo.bytes[i] != (uint8_t)random()) {
            return false;
        }
    }
    return true;
}

static bool fence_all(void) {
    pmix_info_t info;
    bool yes = true;
    PMIx_Info_load(&info, PMIX_COLLECT_DATA, &yes, PMIX_BOOL);
    return PMIx_Fence(NULL, 0, &info, 1) == PMIX_SUCCESS;
}

static int rank_main(const char *how) {
    /* More of one value than 4 MiB the library itself does not survive. */
    size_t bytes = strcmp(how, "much") == 0 || strcmp(how, "node") == 0 ? 3 << 20 : 3000;
    int keys = strcmp(how, "much") == 0 ? 2 : strcmp(how, "node") == 0 ? 4 : 1;
    if (strcmp(how, "guess") == 0) {
        setenv("PMIX_NAMESPACE", "queqiao-1-0-guess", 1);
    }
    if (PMIx_Init(&me, NULL, 0) != PMIX_SUCCESS) {
        return 11;
    }
    if (strcmp(how, "abort") == 0 && me.rank == 1) {
        PMIx_Abort(300, "words", NULL, 0);
        return 12;
    }
    if (strcmp(how, "leave") == 0 && me.rank == 1) {
        return 0;
    }
    for (int i = 1; i < keys; i++) {
        char name[8];
        snprintf(name, sizeof name, "key%d", i);
        publish(name, bytes);
    }
    publish("key", bytes);
    if (strcmp(how, "ask") == 0) {
        if (!has((me.rank + PER_NODE) % RANKS, "key", bytes)) {
            return 13;
        }
    } else if (!fence_all()) {
        return 14;
    }
    for (uint32_t rank = 0; rank < RANKS && strcmp(how, "ask") != 0; rank++) {
        if (!has(rank, "key", bytes)) {
            return 15;
        }
    }
    return PMIx_Finalize(NULL, 0) == PMIX_SUCCESS ? 0 : 16;
}

/* ---- the step ---- */

struct step {
    struct node nodes[NODES];
    struct layout layout;
    struct pmix_node names[NODES];
    struct pmix_child children[NODES];
    struct exchange exchange;
    pid_t ranks[RANKS];
    int codes[RANKS];
    bool finalized[RANKS], initialized[RANKS];
    int fenced, asked, aborted, noted;
    bool full, lost;
};

static long now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void end_ranks(struct step *step) {
    for (int i = 0; i < RANKS; i++) {
        if (step->ranks[i] > 0) {
            kill(step->ranks[i], SIGKILL);
        }
    }
}

static void take_frame(struct step *step, uint32_t node, enum frame_type type, const uint8_t *bytes, size_t length) {
    struct fields in = {bytes, bytes + length, false};
    struct exchange_fence *complete = NULL;
    uint8_t numbers[8];
    uint32_t first = type == FRAME_NOTE ? 0 : fields_u32(&in);
    switch (type) {
    case FRAME_PMIX_FENCE:
        switch (exchange_take(&step->exchange, &step->layout, node, bytes, length, &complete)) {
        case EXCHANGE_COMPLETE:
            for (int i = 0; i < NODES; i++) {
                channel_send(&step->children[i].channel, FRAME_PMIX_FENCED, complete->all.bytes, complete->all.end);
            }
            exchange_release(complete);
            step->fenced++;
            break;
        case EXCHANGE_FULL:
            step->full = true;
            end_ranks(step);
            break;
        case EXCHANGE_WAITS:
            break;
        case EXCHANGE_BROKEN:
            check(false, "a fence is understood");
            break;
        }
        break;
    case FRAME_PMIX_ASK: {
        uint32_t owner = exchange_node_of(&step->layout, first);
        check(owner != node && owner < NODES && exchange_ask(&step->exchange, owner, node, first), "a question");
        put_u32(numbers, node);
        put_u32(numbers + 4, first);
        channel_send(&step->children[owner].channel, FRAME_PMIX_ASKED, numbers, sizeof numbers);
        step->asked++;
        break;
    }
    case FRAME_PMIX_ANSWER: {
        struct fields rest = in;
        check(first < NODES && exchange_answered(&step->exchange, node, first, fields_u32(&in)), "an answer to a question");
        channel_send(&step->children[first].channel, FRAME_PMIX_ANSWERED, rest.at, (size_t)(rest.end - rest.at));
        break;
    }
    case FRAME_PMIX_RANK:
        check(first < RANKS && first / PER_NODE == node, "a rank of the node");
        step->initialized[first % RANKS] = true;
        step->finalized[first % RANKS] |= *in.at == 2;
        break;
    case FRAME_ABORT:
        step->aborted = (int)first;
        end_ranks(step);
        break;
    case FRAME_NOTE:
        fprintf(stderr, "said: %.*s\n", (int)length, (const char *)bytes);
        step->noted++;
        break;
    default:
        check(false, "a frame that is known");
        break;
    }
}

static void start_rank(struct step *step, uint32_t rank, const char *how) {
    step->ranks[rank] = fork();
    if (step->ranks[rank] == 0) {
        char **variables = step->children[rank / PER_NODE].variables[rank % PER_NODE];
        for (; *variables != NULL; variables++) {
            putenv(*variables);
        }
        execl("/proc/self/exe", "pmix_test", "rank", how, NULL);
        _exit(9);
    }
}

static bool reap(struct step *step) {
    bool all = true;
    for (int i = 0; i < RANKS; i++) {
        int status = 0;
        if (step->ranks[i] > 0 && waitpid(step->ranks[i], &status, WNOHANG) == step->ranks[i]) {
            step->ranks[i] = 0;
            step->codes[i] = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
        }
        all &= step->ranks[i] == 0;
    }
    return all;
}

static void serve(struct step *step) {
    long until = now_ms() + WAIT_MS;
    for (bool over = false; !over;) {
        struct pollfd fds[NODES];
        /* Before the frames are read: what a rank said before it ended must be there. */
        over = reap(step);
        for (int i = 0; i < NODES; i++) {
            struct channel *channel = &step->children[i].channel;
            fds[i] = (struct pollfd){channel->fd, (short)(POLLIN | (channel_waiting(channel) > 0 ? POLLOUT : 0)), 0};
        }
        poll(fds, NODES, 20);
        for (uint32_t i = 0; i < NODES; i++) {
            struct channel *channel = &step->children[i].channel;
            enum frame_type type = FRAME_DONE;
            const uint8_t *bytes = NULL;
            size_t length = 0;
            bool there = pmix_read(&step->children[i]);
            while (channel_next(channel, &type, &bytes, &length) == 1) {
                take_frame(step, i, type, bytes, length);
            }
            if (!step->lost && (!there || channel_write(channel) != 0)) {
                step->lost = true;
                end_ranks(step);
            }
        }
        for (int i = 0; i < RANKS; i++) {
            if (step->ranks[i] == 0 && step->initialized[i] && !step->finalized[i]) {
                end_ranks(step);
            }
        }
        if (now_ms() > until) {
            check(false, "the step is over in time");
            end_ranks(step);
            until += WAIT_MS;
        }
    }
}

static const char *begin(struct step *step, const char *library) {
    static struct channel none;
    char *environment[] = {NULL};
    static char names[NODES][8] = {"n1", "n2"};
    const char *wrong = NULL;
    memset(step, 0, sizeof *step);
    none.fd = -1;
    step->layout = (struct layout){.nodes = step->nodes, .count = NODES, .tasks = RANKS};
    exchange_open(&step->exchange, &step->layout);
    for (uint32_t i = 0; i < NODES; i++) {
        step->nodes[i] = (struct node){.name = names[i], .tasks = PER_NODE, .first_rank = i * PER_NODE};
        step->names[i] = (struct pmix_node){.name = names[i], .tasks = PER_NODE};
    }
    for (uint32_t i = 0; i < NODES && wrong == NULL; i++) {
        struct pmix_step told = {.space = "queqiao-1-0-secret", .job = "1", .library = library, .node = i,
                                 .node_count = NODES, .total = RANKS, .first_rank = i * PER_NODE, .local = PER_NODE,
                                 .nodes = step->names};
        wrong = pmix_start(&step->children[i], &told, environment, &none) ? pmix_await(&step->children[i], -1)
                                                                          : "not started";
    }
    return wrong;
}

static void end(struct step *step) {
    for (int i = 0; i < NODES; i++) {
        char folder[PMIX_FOLDER_BYTES];
        struct stat status;
        memcpy(folder, step->children[i].folder, sizeof folder);
        bool private = folder[0] == 0 || (stat(folder, &status) == 0 && (status.st_mode & 07777) == 0700);
        check(private, "the folder is private");
        pmix_end(&step->children[i]);
        check(folder[0] == 0 || stat(folder, &status) != 0, "the folder is gone");
    }
    free(step->exchange.asked);
}

static void run(struct step *step, const char *how) {
    const char *wrong = begin(step, NULL);
    check(wrong == NULL, wrong == NULL ? how : wrong);
    for (uint32_t rank = 0; rank < RANKS && wrong == NULL; rank++) {
        start_rank(step, rank, how);
    }
    if (wrong == NULL) {
        serve(step);
    }
    end(step);
}

static bool all_codes(const struct step *step, int code) {
    bool all = true;
    for (int i = 0; i < RANKS; i++) {
        all &= step->codes[i] == code;
    }
    return all;
}

static void ranks_exchange_at_fences(void) {
    struct step step;
    run(&step, "fence");
    check(all_codes(&step, 0) && step.fenced == 1 && step.noted == 0 && !step.lost, "what all publish arrives with the fence");
    for (int i = 0; i < RANKS; i++) {
        check(step.finalized[i], "a rank that finalized is known");
    }
    run(&step, "ask");
    check(all_codes(&step, 0) && step.asked >= NODES && step.exchange.question_count == 0, "what a rank asks for arrives");
}

static void ends_are_told(void) {
    struct step step;
    run(&step, "abort");
    check(step.aborted == 44, "abort and its code");
    run(&step, "leave");
    check(step.initialized[1] && !step.finalized[1] && step.codes[1] == 0, "a rank that left is known");
}

/* As somebody else on the node would, who sees the port and not the name. */
static void who_does_not_know_the_name_is_no_rank(void) {
    struct step step;
    run(&step, "guess");
    check(all_codes(&step, 11) && !step.lost, "a connection under another name is refused");
    for (int i = 0; i < RANKS; i++) {
        check(!step.initialized[i], "and is no rank");
    }
}

static void too_much_is_refused(void) {
    struct step step;
    run(&step, "much");
    check(step.full && step.fenced == 0 && !step.lost, "more than a step takes");
    run(&step, "node");
    check(step.aborted == 1 && step.noted > 0 && !step.lost, "more than a node takes");
}

static void a_library_that_is_missing_or_wrong_is_named(void) {
    struct step step;
    const char *wrong = begin(&step, "/nowhere/libpmix.so.2");
    check(wrong != NULL && strstr(wrong, "/nowhere/libpmix.so.2") != NULL && strstr(wrong, "libpmix2") != NULL, "no library");
    end(&step);
    wrong = begin(&step, "libm.so.6");
    check(wrong != NULL && strstr(wrong, "PMIx_Get_version") != NULL, "another library");
    end(&step);
    wrong = begin(&step, OLD_PMIX);
    check(wrong != NULL && strstr(wrong, "of version 4 or 5") != NULL && strstr(wrong, "3.2.3") != NULL, "an old library");
    end(&step);
}

#define TEST(name) name()

int main(int count, char **words) {
    if (count == 3 && strcmp(words[1], "rank") == 0) {
        return rank_main(words[2]);
    }
    if (sodium_init() < 0) {
        return 2;
    }
    TEST(a_library_that_is_missing_or_wrong_is_named);
    TEST(ranks_exchange_at_fences);
    TEST(ends_are_told);
    TEST(who_does_not_know_the_name_is_no_rank);
    TEST(too_much_is_refused);
    return failures == 0 ? 0 : 1;
}
