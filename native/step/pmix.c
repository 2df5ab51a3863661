/* The PMIx server of a step on one node: what libpmix asks of its host goes to the session, and answers come from there. */
#define _GNU_SOURCE
#include "pmix.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fields.h"
#include "pmix_library.h"

enum { OLDEST_VERSION = 4, NEWEST_VERSION = 5, MAX_FACTS = 32, INITIALIZED = 1, FINALIZED = 2 };

/* One fence or one question that the library waits for. */
struct waiting {
    struct waiting *next;
    pmix_take_data *take;
    void *argument;
    uint32_t rank;    /* of a question */
    uint8_t *who;     /* of a fence: as it is sent */
    size_t who_bytes;
};

struct facts {
    struct pmix_fact list[MAX_FACTS];
    size_t count;
};

static struct pmix_library library;
static const struct pmix_step *step;
static struct channel channel;

/* Threads of the library send and wait too. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct waiting *fences, *questions;
static uint32_t fence_count, question_count;

/* Whole, before the library goes on: what a rank said must be with the session before the rank can end. */
static void tell(enum frame_type type, const struct buffer *body) {
    pthread_mutex_lock(&lock);
    channel_send(&channel, type, body->bytes + body->start, body->end - body->start);
    while (channel_waiting(&channel) > 0) {
        struct pollfd one = {.fd = channel.fd, .events = POLLOUT};
        if (channel_write(&channel) != 0 || (channel_waiting(&channel) > 0 && poll(&one, 1, -1) < 0 && errno != EINTR)) {
            _exit(1);
        }
    }
    pthread_mutex_unlock(&lock);
}

static void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void note(const char *format, ...) {
    char text[1024];
    struct buffer body = {0};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    buffer_add(&body, text, strlen(text));
    tell(FRAME_NOTE, &body);
    buffer_free(&body);
}

static void tell_numbers(enum frame_type type, const uint32_t *numbers, size_t count, const char *bytes, size_t length) {
    struct buffer body = {0};
    for (size_t i = 0; i < count; i++) {
        add_u32(&body, numbers[i]);
    }
    buffer_add(&body, bytes, length);
    tell(type, &body);
    buffer_free(&body);
}

static void abort_step(uint32_t code) {
    tell_numbers(FRAME_ABORT, &code, 1, NULL, 0);
}

static bool is_ours(const struct pmix_rank_name *rank) {
    return strncmp(rank->space, step->space, sizeof rank->space) == 0;
}

static void tell_state(const struct pmix_rank_name *rank, uint8_t state) {
    if (is_ours(rank) && rank->rank < step->total) {
        tell_numbers(FRAME_PMIX_RANK, &rank->rank, 1, (const char *)&state, 1);
    }
}

static int on_connected(const struct pmix_rank_name *rank, void *object, pmix_done *done, void *argument) {
    (void)object;
    tell_state(rank, INITIALIZED);
    if (done != NULL) {
        done(PMIX_DONE, argument);
    }
    return PMIX_DONE;
}

static int on_finalized(const struct pmix_rank_name *rank, void *object, pmix_done *done, void *argument) {
    (void)object;
    tell_state(rank, FINALIZED);
    if (done != NULL) {
        done(PMIX_DONE, argument);
    }
    return PMIX_DONE;
}

static int on_aborted(const struct pmix_rank_name *rank, void *object, int status, const char *words,
                      struct pmix_rank_name *ranks, size_t count, pmix_done *done, void *argument) {
    (void)rank;
    (void)object;
    (void)words;
    (void)ranks;
    (void)count;
    /* Whoever it names: the ranks of a step end together, as those of PMI-1 do. */
    abort_step((status & 255) == 0 ? 1 : (uint32_t)status & 255);
    if (done != NULL) {
        done(PMIX_DONE, argument);
    }
    return PMIX_DONE;
}

static int in_order(const void *one, const void *other) {
    uint32_t left = *(const uint32_t *)one;
    uint32_t right = *(const uint32_t *)other;
    return left < right ? -1 : left > right;
}

/* Who takes part, the same on all nodes however they name it. False when others than ranks of this step do. */
static bool name_ranks(struct buffer *out, const struct pmix_rank_name *ranks, size_t count) {
    uint32_t *numbers = calloc(count + 1, sizeof *numbers);
    bool good = numbers != NULL && count <= step->total;
    bool all = count == 0;
    for (size_t i = 0; i < count && good; i++) {
        good = is_ours(&ranks[i]) && (ranks[i].rank < step->total || ranks[i].rank == pmix_all_ranks);
        all |= ranks[i].rank == pmix_all_ranks;
        numbers[i] = ranks[i].rank;
    }
    if (good && !all) {
        qsort(numbers, count, sizeof *numbers, in_order);
        size_t used = 0;
        for (size_t i = 0; i < count; i++) {
            if (i == 0 || numbers[i] != numbers[i - 1]) {
                numbers[used++] = numbers[i];
            }
        }
        for (size_t i = 0; i < used && used < step->total; i++) {
            add_u32(out, numbers[i]);
        }
    }
    free(numbers);
    return good;
}

static bool keep(struct waiting **list, uint32_t *count, uint32_t most, const struct waiting *one) {
    struct waiting *kept = malloc(sizeof *kept);
    pthread_mutex_lock(&lock);
    bool room = kept != NULL && *count < most;
    if (room) {
        *kept = *one;
        kept->next = *list;
        *list = kept;
        (*count)++;
    }
    pthread_mutex_unlock(&lock);
    if (!room) {
        free(kept);
    }
    return room;
}

static int on_fence(const struct pmix_rank_name *ranks, size_t count, const struct pmix_fact *facts, size_t fact_count,
                    char *bytes, size_t length, pmix_take_data *take, void *argument) {
    struct buffer who = {0};
    struct buffer body = {0};
    (void)facts;
    (void)fact_count;
    /* The bytes are this host's from here on. */
    if (!name_ranks(&who, ranks, count)) {
        buffer_free(&who);
        free(length > 0 ? bytes : NULL);
        return PMIX_UNSUPPORTED;
    }
    struct waiting fence = {.take = take, .argument = argument, .who = who.bytes, .who_bytes = who.end};
    if (length > PMIX_MAX_DATA || !keep(&fences, &fence_count, PMIX_MAX_FENCES, &fence)) {
        note("the ranks publish more by PMIx, or wait for each other in more groups at once, than a step can");
        abort_step(1);
        buffer_free(&who);
        free(length > 0 ? bytes : NULL);
        return PMIX_NO_RESOURCE;
    }
    add_u32(&body, who.end);
    buffer_add(&body, who.bytes, who.end);
    buffer_add(&body, bytes, length);
    tell(FRAME_PMIX_FENCE, &body);
    buffer_free(&body);
    free(length > 0 ? bytes : NULL);
    return PMIX_DONE;
}

static int on_ask(const struct pmix_rank_name *rank, const struct pmix_fact *facts, size_t fact_count,
                  pmix_take_data *take, void *argument) {
    struct waiting question = {.take = take, .argument = argument, .rank = rank->rank};
    (void)facts;
    (void)fact_count;
    if (!is_ours(rank) || rank->rank >= step->total) {
        return PMIX_NOT_FOUND;
    }
    if (!keep(&questions, &question_count, PMIX_MAX_ASKED, &question)) {
        return PMIX_NO_RESOURCE;
    }
    tell_numbers(FRAME_PMIX_ASK, &rank->rank, 1, NULL, 0);
    return PMIX_DONE;
}

/* The first one of the list that is meant, which then is not of the list any more. */
static struct waiting *take_out(struct waiting **list, uint32_t *count, const uint8_t *who, size_t who_bytes,
                                uint32_t rank) {
    pthread_mutex_lock(&lock);
    struct waiting **at = list;
    while (*at != NULL && ((*at)->rank != rank || (*at)->who_bytes != who_bytes ||
                           (who_bytes > 0 && memcmp((*at)->who, who, who_bytes) != 0))) {
        at = &(*at)->next;
    }
    struct waiting *found = *at;
    if (found != NULL) {
        *at = found->next;
        (*count)--;
    }
    pthread_mutex_unlock(&lock);
    return found;
}

/* The library reads the bytes later, and says when it has. */
static void give(struct waiting *waiting, int status, const uint8_t *bytes, size_t length) {
    char *copy = malloc(length + 1);
    if (copy == NULL) {
        _exit(125);
    }
    if (length > 0) {
        memcpy(copy, bytes, length);
    }
    waiting->take(status, copy, length, waiting->argument, free, copy);
    free(waiting->who);
    free(waiting);
}

static void on_answer(int status, char *bytes, size_t length, void *argument) {
    uint32_t *numbers = argument;
    if (length > PMIX_MAX_DATA) {
        status = PMIX_NO_RESOURCE;
    }
    numbers[2] = (uint32_t)status;
    tell_numbers(FRAME_PMIX_ANSWER, numbers, 3, bytes, status == PMIX_DONE ? length : 0);
    free(numbers);
}

/* Another node's rank asks what one of this node's has published, or will. */
static void take_question(uint32_t asker, uint32_t rank) {
    struct pmix_rank_name name = {.rank = rank};
    uint32_t *numbers = calloc(3, sizeof *numbers);
    if (numbers == NULL) {
        _exit(125);
    }
    snprintf(name.space, sizeof name.space, "%s", step->space);
    numbers[0] = asker;
    numbers[1] = rank;
    int status = library.ask(&name, on_answer, numbers);
    if (status != PMIX_DONE) {
        on_answer(status, NULL, 0, numbers);
    }
}

static void take_frame(enum frame_type type, const uint8_t *bytes, size_t length) {
    struct fields in = {bytes, bytes + length, false};
    struct waiting *waiting = NULL;
    uint32_t first = fields_u32(&in);
    if (type == FRAME_PMIX_FENCED) {
        const uint8_t *who = fields_take(&in, first);
        waiting = in.bad ? NULL : take_out(&fences, &fence_count, who, first, 0);
        if (waiting != NULL) {
            give(waiting, PMIX_DONE, in.at, (size_t)(in.end - in.at));
        }
        return;
    }
    int second = (int)fields_u32(&in);
    if (type == FRAME_PMIX_ASKED && !in.bad) {
        take_question(first, (uint32_t)second);
    } else if (type == FRAME_PMIX_ANSWERED && !in.bad) {
        waiting = take_out(&questions, &question_count, NULL, 0, first);
        if (waiting != NULL) {
            give(waiting, second, in.at, (size_t)(in.end - in.at));
        }
    }
}

static void serve(void) {
    enum frame_type type = FRAME_DONE;
    const uint8_t *bytes = NULL;
    size_t length = 0;
    for (;;) {
        struct pollfd one = {.fd = channel.fd, .events = POLLIN};
        if ((poll(&one, 1, -1) < 0 && errno != EINTR) || channel_read(&channel) != 0) {
            return;
        }
        int next = 0;
        while ((next = channel_next(&channel, &type, &bytes, &length)) == 1) {
            take_frame(type, bytes, length);
        }
        if (next < 0) {
            return;
        }
    }
}

static const char *load(void) {
    static char wrong[1024];
    static const struct {
        const char *name;
        void *function;
    } needed[] = {{"PMIx_server_init", &library.init},
                  {"PMIx_server_finalize", &library.finalize},
                  {"PMIx_Info_load", &library.load},
                  {"PMIx_generate_regex", &library.nodes},
                  {"PMIx_generate_ppn", &library.ranks},
                  {"PMIx_server_register_nspace", &library.register_space},
                  {"PMIx_server_deregister_nspace", &library.deregister_space},
                  {"PMIx_server_register_client", &library.register_rank},
                  {"PMIx_server_setup_fork", &library.setup},
                  {"PMIx_server_dmodex_request", &library.ask},
                  {"PMIx_Error_string", &library.error}};
    const char *path = step->library == NULL || step->library[0] == 0 ? "libpmix.so.2" : step->library;
    void *handle = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    void *version = handle == NULL ? NULL : dlsym(handle, "PMIx_Get_version");
    if (version == NULL) {
        const char *cause = dlerror();
        snprintf(wrong, sizeof wrong,
                 "--mpi pmix needs libpmix on every node (Debian, Ubuntu: libpmix2; Fedora: pmix): %.500s",
                 cause == NULL ? path : cause);
        return wrong;
    }
    memcpy(&library.version, &version, sizeof version);
    const char *text = library.version();
    const char *digits = strpbrk(text, "0123456789");
    unsigned long major = digits == NULL ? 0 : strtoul(digits, NULL, 10);
    if (major < OLDEST_VERSION || major > NEWEST_VERSION) {
        snprintf(wrong, sizeof wrong, "--mpi pmix needs libpmix of version %d or %d, and %.200s is: %.200s", OLDEST_VERSION,
                 NEWEST_VERSION, path, text);
        return wrong;
    }
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        void *found = dlsym(handle, needed[i].name);
        if (found == NULL) {
            snprintf(wrong, sizeof wrong, "--mpi pmix: %.200s (%.200s) has no %s", path, text, needed[i].name);
            return wrong;
        }
        memcpy(needed[i].function, &found, sizeof found);
    }
    return NULL;
}

static void add(struct facts *facts, const char *key, const void *value, enum pmix_library_type type) {
    if (facts->count < MAX_FACTS && library.load(&facts->list[facts->count], key, value, (uint16_t)type) == PMIX_DONE) {
        facts->count++;
    }
}

static void add_number(struct facts *facts, const char *key, uint32_t number) {
    add(facts, key, &number, PMIX_TYPE_U32);
}

/* The library says on one of its threads that something is done. */
static sem_t done_told;
static int done_status;

static void on_done(int status, void *argument) {
    (void)argument;
    done_status = status;
    sem_post(&done_told);
}

static int await_done(int status) {
    if (status == PMIX_DONE) {
        while (sem_wait(&done_told) != 0) {
        }
        return done_status;
    }
    return status == PMIX_DONE_AT_ONCE ? PMIX_DONE : status;
}

static int init(void) {
    static struct pmix_callbacks callbacks = {
        .connected = on_connected, .finalized = on_finalized, .aborted = on_aborted, .fence = on_fence, .ask = on_ask};
    static struct facts facts;
    char name[PMIX_NAME_BYTES];
    uint32_t rank = step->node;
    /* Also a secret: it is part of the address that the ranks alone know. */
    snprintf(name, sizeof name, "%.200s-server", step->space);
    add(&facts, "pmix.srvr.tmpdir", step->folder, PMIX_TYPE_TEXT);
    add(&facts, "pmix.sys.tmpdir", step->folder, PMIX_TYPE_TEXT);
    add(&facts, "pmix.srv.nspace", name, PMIX_TYPE_TEXT);
    add(&facts, "pmix.srv.rank", &rank, PMIX_TYPE_RANK);
    add(&facts, "pmix.hname", step->nodes[step->node].name, PMIX_TYPE_TEXT);
    return library.init(&callbacks, facts.list, facts.count);
}

/* "cn1,cn2" and "0,1;2,3", which the library packs. */
static void name_nodes(struct buffer *names, struct buffer *ranks) {
    char text[16];
    uint32_t rank = 0;
    for (uint32_t i = 0; i < step->node_count; i++) {
        buffer_add(names, i == 0 ? "" : ",", i == 0 ? 0 : 1);
        buffer_add(names, step->nodes[i].name, strlen(step->nodes[i].name));
        for (uint32_t j = 0; j < step->nodes[i].tasks; j++) {
            int length = snprintf(text, sizeof text, "%s%u", j > 0 ? "," : i > 0 ? ";" : "", rank++);
            buffer_add(ranks, text, (size_t)length);
        }
    }
    buffer_add(names, "", 1);
    buffer_add(ranks, "", 1);
}

static int register_space(void) {
    static struct facts facts;
    struct buffer names = {0};
    struct buffer ranks = {0};
    struct buffer peers = {0};
    char text[32];
    char *packed_names = NULL;
    char *packed_ranks = NULL;
    bool cleaned = true;
    name_nodes(&names, &ranks);
    for (uint32_t i = 0; i < step->local; i++) {
        int length = snprintf(text, sizeof text, i == 0 ? "%u" : ",%u", step->first_rank + i);
        buffer_add(&peers, text, (size_t)length);
    }
    buffer_add(&peers, "", 1);
    int status = library.nodes((const char *)names.bytes, &packed_names);
    status = status != PMIX_DONE ? status : library.ranks((const char *)ranks.bytes, &packed_ranks);
    if (status != PMIX_DONE) {
        return status;
    }
    snprintf(text, sizeof text, "%.20s.%u", step->job, step->step);
    add(&facts, "pmix.jobid", text, PMIX_TYPE_TEXT);
    add_number(&facts, "pmix.univ.size", step->total);
    add_number(&facts, "pmix.job.size", step->total);
    add_number(&facts, "pmix.job.napps", 1);
    add_number(&facts, "pmix.app.size", step->total);
    add_number(&facts, "pmix.max.size", step->total);
    add_number(&facts, "pmix.local.size", step->local);
    add_number(&facts, "pmix.node.size", step->local);
    add_number(&facts, "pmix.num.nodes", step->node_count);
    add_number(&facts, "pmix.nodeid", step->node);
    add_number(&facts, "pmix.appnum", 0);
    add(&facts, "pmix.lldr", &step->first_rank, PMIX_TYPE_RANK);
    add(&facts, "pmix.lpeers", peers.bytes, PMIX_TYPE_TEXT);
    add(&facts, "pmix.nmap", packed_names, PMIX_TYPE_REGEX);
    add(&facts, "pmix.pmap", packed_ranks, PMIX_TYPE_REGEX);
    add(&facts, "pmix.tmpdir", step->folder, PMIX_TYPE_TEXT);
    add(&facts, "pmix.nsdir", step->folder, PMIX_TYPE_TEXT);
    add(&facts, "pmix.tdir.rmclean", &cleaned, PMIX_TYPE_BOOL);
    status = await_done(library.register_space(step->space, (int)step->local, facts.list, facts.count, on_done, NULL));
    buffer_free(&names);
    buffer_free(&ranks);
    buffer_free(&peers);
    return status;
}

static int register_rank(uint32_t local) {
    struct pmix_rank_name name = {.rank = step->first_rank + local};
    struct buffer body = {0};
    char **variables = calloc(1, sizeof *variables);
    uint32_t count = 0;
    snprintf(name.space, sizeof name.space, "%s", step->space);
    int status = await_done(library.register_rank(&name, getuid(), getgid(), NULL, on_done, NULL));
    status = status != PMIX_DONE ? status : library.setup(&name, &variables);
    if (status != PMIX_DONE) {
        return status;
    }
    while (variables != NULL && variables[count] != NULL) {
        count++;
    }
    add_u32(&body, local);
    add_u32(&body, count);
    for (uint32_t i = 0; i < count; i++) {
        add_string(&body, variables[i]);
        free(variables[i]);
    }
    free(variables);
    tell(FRAME_PMIX_VARIABLES, &body);
    buffer_free(&body);
    return PMIX_DONE;
}

_Noreturn void pmix_serve(int fd, const struct pmix_step *given) {
    struct buffer nothing = {0};
    step = given;
    channel_open(&channel, fd);
    sem_init(&done_told, 0, 0);
    const char *wrong = load();
    if (wrong != NULL) {
        note("%s", wrong);
        _exit(1);
    }
    int status = init();
    status = status != PMIX_DONE ? status : register_space();
    for (uint32_t i = 0; i < step->local && status == PMIX_DONE; i++) {
        status = register_rank(i);
    }
    if (status != PMIX_DONE) {
        note("%.200s does not serve the step: %.200s", library.version(), library.error(status));
        _exit(1);
    }
    tell(FRAME_PMIX_READY, &nothing);
    serve();
    library.deregister_space(step->space, on_done, NULL);
    await_done(PMIX_DONE);
    library.finalize();
    _exit(0);
}
