/* The parts of steps that strangers and users reach: PMI lines, sealed frames, orders, layouts. Under the sanitizers. */
#define _GNU_SOURCE
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../launcher/bytes.h"
#include "../step/channel.h"
#include "../step/cores.h"
#include "../step/exchange.h"
#include "../step/fields.h"
#include "../step/gate.h"
#include "../step/hosts.h"
#include "../step/layout.h"
#include "../step/order.h"
#include "../step/pmi.h"
#include "../step/pmix.h"

static int failures;

static void check(bool holds, const char *what) {
    if (!holds) {
        fprintf(stderr, "FAILED: %s\n", what);
        failures++;
    }
}

static bool says(struct buffer *reply, const char *text) {
    bool same = reply->end - reply->start == strlen(text) && memcmp(reply->bytes + reply->start, text, strlen(text)) == 0;
    if (!same) {
        fprintf(stderr, "said: %.*s", (int)(reply->end - reply->start), (const char *)reply->bytes + reply->start);
    }
    reply->start = reply->end = 0;
    return same;
}

static void ranks_find_each_other(void) {
    static struct pmi_table table = {.name = "queqiao-7-0", .size = 2};
    static struct pmi_table other = {.name = "queqiao-7-0", .size = 2};
    struct pmi_rank rank = {.length = 0};
    struct buffer reply = {0};
    pmi_serve(&table, &rank, "cmd=init pmi_version=1 pmi_subversion=1", &reply);
    check(says(&reply, "cmd=response_to_init pmi_version=1 pmi_subversion=1 rc=0\n") && rank.initialized, "init");
    pmi_serve(&table, &rank, "cmd=get_maxes", &reply);
    check(says(&reply, "cmd=maxes kvsname_max=256 keylen_max=64 vallen_max=1024 rc=0\n"), "maxes");
    pmi_serve(&table, &rank, "cmd=get_my_kvsname", &reply);
    check(says(&reply, "cmd=my_kvsname kvsname=queqiao-7-0 rc=0\n"), "name of the table");
    pmi_serve(&table, &rank, "cmd=put kvsname=queqiao-7-0 key=P0 value=tcp://a b#1", &reply);
    check(says(&reply, "cmd=put_result rc=0 msg=success\n"), "put");
    check(pmi_serve(&table, &rank, "cmd=barrier_in", &reply) == PMI_IN_BARRIER, "barrier");
    check(pmi_merge(&other, table.news.bytes, table.news.end), "the other node takes what was put");
    pmi_serve(&other, &rank, "cmd=get kvsname=queqiao-7-0 key=P0", &reply);
    check(says(&reply, "cmd=get_result rc=0 msg=success value=tcp://a b#1\n"), "get on the other node");
    pmi_serve(&other, &rank, "cmd=get kvsname=queqiao-7-0 key=P9", &reply);
    check(says(&reply, "cmd=get_result rc=-1 msg=key_not_found value=unknown\n"), "get of nothing");
    check(pmi_serve(&table, &rank, "cmd=abort exitcode=300", &reply) == PMI_ABORTED && rank.abort_code == 44, "abort");
    check(pmi_serve(&table, &rank, "cmd=finalize", &reply) == PMI_FINALIZED && rank.finalized, "finalize");
    pmi_free(&table);
    pmi_free(&other);
    buffer_free(&reply);
}

static void wrong_lines_are_refused(void) {
    static struct pmi_table table = {.name = "t", .size = 1};
    struct pmi_rank rank = {.length = 0};
    struct buffer reply = {0};
    char line[PMI_MAX_LINE];
    check(pmi_serve(&table, &rank, "hello", &reply) == PMI_BROKEN, "no command");
    check(pmi_serve(&table, &rank, "", &reply) == PMI_BROKEN, "empty line");
    check(pmi_serve(&table, &rank, "mcmd=spawn", &reply) == PMI_GOES_ON, "spawn");
    reply.start = reply.end = 0;
    memset(line, 'x', sizeof line);
    memcpy(line, "cmd=put key=k value=", 20);
    line[sizeof line - 1] = 0;
    pmi_serve(&table, &rank, line, &reply);
    check(says(&reply, "cmd=put_result rc=-1 msg=table_full_or_entry_too_long\n"), "value too long");
    check(!pmi_merge(&table, (const uint8_t *)"key", 3), "a pair without its end");
    check(!pmi_merge(&table, (const uint8_t *)"key\0value", 9), "a value without its end");
    for (int i = 0; i < 20000; i++) {
        size_t length = (size_t)rand() % 200;
        for (size_t j = 0; j < length; j++) {
            line[j] = "cmd=put get key value \n\t=0%"[rand() % 27];
        }
        line[length] = 0;
        pmi_serve(&table, &rank, line, &reply);
        reply.start = reply.end = 0;
    }
    pmi_free(&table);
    buffer_free(&reply);
}

/* A session that knows `key` greets a starter that knows another one or the same; 1 when its frame arrives whole. */
static int frame_arrives(const uint8_t session_key[STEP_KEY_BYTES], const uint8_t starter_key[STEP_KEY_BYTES],
                         bool flip) {
    int ends[2];
    struct channel starter;
    uint8_t bytes[4096];
    char node[STEP_MAX_NAME + 1];
    size_t used = 0;
    enum frame_type type = FRAME_DONE;
    const uint8_t *body = NULL;
    size_t length = 0;
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) {
        exit(2);
    }
    pid_t child = fork();
    if (child == 0) {
        struct channel session;
        if (channel_join(&session, ends[1], session_key, "cn2") == 0) {
            channel_send(&session, FRAME_NOTE, "found", 5);
            if (flip) {
                session.out.bytes[session.out.end - 1] ^= 1;
            }
            channel_write(&session);
        }
        _exit(0);
    }
    close(ends[1]);
    ssize_t got = recv(ends[0], bytes, sizeof bytes, 0);
    int result = got > 0 ? channel_greeted(bytes, (size_t)got, node, &used) : -1;
    if (result == 1 && channel_admit(&starter, ends[0], starter_key, node, bytes, used) == 0) {
        channel_write(&starter);
        while ((result = channel_next(&starter, &type, &body, &length)) == 0 && channel_read(&starter) == 0) {
        }
        result = result == 1 && type == FRAME_NOTE && length == 5 && memcmp(body, "found", 5) == 0 ? 1 : result;
        channel_close(&starter);
    }
    waitpid(child, NULL, 0);
    return result;
}

static void only_the_key_opens_a_channel(void) {
    uint8_t key[STEP_KEY_BYTES];
    uint8_t other[STEP_KEY_BYTES];
    randombytes_buf(key, sizeof key);
    randombytes_buf(other, sizeof other);
    check(frame_arrives(key, key, false) == 1, "both know the key");
    check(frame_arrives(other, key, false) != 1, "a session with another key");
    check(frame_arrives(key, key, true) == -1, "a frame that was changed");
}

static size_t make_order(uint8_t *bytes, const uint8_t *secret, uint64_t until_ms, uint16_t type, const char *node) {
    size_t total = 80 + 42 + strlen(node) + 9;
    memset(bytes, 0, total);
    put_u32(bytes, 0x51514C4F);
    put_u16(bytes + 4, 1);
    put_u16(bytes + 6, type);
    put_u32(bytes + 8, (uint32_t)total);
    put_u64(bytes + 16, 7);
    put_u32(bytes + 24, 1);
    put_u32(bytes + 28, getuid());
    put_u64(bytes + 40, until_ms);
    put_u32(bytes + 80, 3);
    put_u16(bytes + 84, 40123);
    put_u16(bytes + 86, 9);
    put_u16(bytes + 88, (uint16_t)strlen(node));
    memset(bytes + 90, 'k', STEP_KEY_BYTES);
    memcpy(bytes + 122, node, strlen(node));
    memcpy(bytes + 122 + strlen(node), "127.0.0.1", 9);
    crypto_sign_detached(bytes + total, NULL, bytes, total, secret);
    return total + crypto_sign_BYTES;
}

static void only_signed_orders_for_this_run_count(void) {
    uint8_t key[crypto_sign_PUBLICKEYBYTES];
    uint8_t secret[crypto_sign_SECRETKEYBYTES];
    uint8_t bytes[1024];
    char hex[2 * sizeof key + 1];
    struct step_order order;
    uint64_t later = ((uint64_t)time(NULL) + 60) * 1000;
    crypto_sign_keypair(key, secret);
    sodium_bin2hex(hex, sizeof hex, key, sizeof key);
    setenv("QUEQIAO_ORDER_KEY", hex, 1);
    setenv("QUEQIAO_JOB_ID", "7", 1);
    setenv("QUEQIAO_ATTEMPT", "1", 1);
    setenv("QUEQIAO_NODE", "cn2", 1);
    size_t length = make_order(bytes, secret, later, 3, "cn2");
    check(step_order_verify(bytes, length, &order) == NULL && order.step == 3 && order.port == 40123 &&
              strcmp(order.address, "127.0.0.1") == 0 && !order.shell,
          "a good order");
    for (size_t i = 0; i < length; i++) {
        bytes[i] ^= 1;
        check(step_order_verify(bytes, length, &order) != NULL, "an order with one bit changed");
        bytes[i] ^= 1;
    }
    for (size_t i = 0; i < length; i++) {
        check(step_order_verify(bytes, i, &order) != NULL, "an order that was cut");
    }
    check(step_order_verify(bytes, make_order(bytes, secret, later, 4, "cn2"), &order) == NULL && order.shell,
          "an order for a shell");
    check(step_order_verify(bytes, make_order(bytes, secret, later, 1, "cn2"), &order) != NULL, "a launch order");
    check(step_order_verify(bytes, make_order(bytes, secret, 1000, 3, "cn2"), &order) != NULL, "an old order");
    check(step_order_verify(bytes, make_order(bytes, secret, later, 3, "cn3"), &order) != NULL, "another node's order");
    length = make_order(bytes, secret, later, 3, "cn2");
    setenv("QUEQIAO_JOB_ID", "8", 1);
    check(step_order_verify(bytes, length, &order) != NULL, "another run's order");
}

static void tasks_are_spread(const char *cores, const char *tasks, struct wish wish, const char *expected) {
    struct layout allocation;
    struct layout layout;
    char text[256];
    setenv("QUEQIAO_NODE_LIST", "a,b,c", 1);
    setenv("QUEQIAO_CORES_PER_NODE", cores, 1);
    setenv("QUEQIAO_TASKS_PER_NODE", tasks, 1);
    setenv("SLURM_CPUS_PER_TASK", "1", 1);
    const char *wrong = layout_read(&allocation);
    wrong = wrong != NULL ? wrong : layout_choose(&allocation, &wish, &layout);
    if (wrong == NULL) {
        layout_tasks_per_node(&layout, text, sizeof text);
    }
    if (strcmp(wrong == NULL ? text : "refused", expected) != 0) {
        fprintf(stderr, "%s instead of %s\n", wrong == NULL ? text : wrong, expected);
        check(false, "spread");
    }
    free(layout.nodes);
    free((void *)(uintptr_t)allocation.nodes[0].name);
    free(allocation.nodes);
}

static void layouts_follow_the_wish(void) {
    tasks_are_spread("4,4,2", "2,2,1", (struct wish){0}, "2(x2),1");
    tasks_are_spread("4,4,2", "2,2,1", (struct wish){.tasks = 2}, "1(x2)");
    tasks_are_spread("4,4,2", "2,2,1", (struct wish){.tasks = 9}, "4,3,2");
    tasks_are_spread("4,4,2", "2,2,1", (struct wish){.tasks = 11}, "refused");
    tasks_are_spread("4,4,2", "2,2,1", (struct wish){.tasks = 11, .overcommit = true}, "4(x2),3");
    tasks_are_spread("4,4,2", "2,2,1", (struct wish){.tasks_per_node = 2}, "2(x3)");
    tasks_are_spread("4,4,2", "2,2,1", (struct wish){.cpus_per_task = 3, .tasks = 2}, "1(x2)");
    tasks_are_spread("4,4,2", "2,2,1", (struct wish){.cpus_per_task = 3, .tasks = 3}, "refused");
    tasks_are_spread("4,4,2", "2,2,1", (struct wish){.nodes = 2, .tasks = 4, .node_list = "b,c"}, "2(x2)");
    tasks_are_spread("4,4,2", "2,2,1", (struct wish){.nodes = 4}, "refused");
    tasks_are_spread("4,4,2", "2,2,1", (struct wish){.node_list = "b,x"}, "refused");
}

static void list_is(const char *list, const char *expanded) {
    char *names = hosts_expand(list, 100);
    check((names == NULL) == (expanded == NULL) && (names == NULL || strcmp(names, expanded) == 0), list);
    free(names);
}

static void joined_is(const char *names, const char *expected) {
    char *copy = strdup(names);
    char *rest = NULL;
    const char *each[100];
    size_t count = 0;
    for (char *name = strtok_r(copy, ",", &rest); name != NULL; name = strtok_r(NULL, ",", &rest)) {
        each[count++] = name;
    }
    char *list = hosts_join(each, count);
    char *again = hosts_expand(list, 100);
    check(strcmp(list, expected) == 0, list);
    check(again != NULL && strcmp(again, names) == 0, "a list names what it was made of");
    free(again);
    free(list);
    free(copy);
}

static void lists_are_those_of_slurm(void) {
    list_is("cn1,b", "cn1,b");
    list_is("cn[1-3,7],x", "cn1,cn2,cn3,cn7,x");
    list_is("cn[08-11]", "cn08,cn09,cn10,cn11");
    static const char *const wrong[] = {"",       ",",      "a,",     "a,,b",    "cn[",         "cn[]",  "cn[1", "cn[1-]",
                                        "cn[2-1]", "cn[1]x", "cn1]",   "cn[1-101]", "cn[1-9999999999]", "cn[a]"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        list_is(wrong[i], NULL);
    }
    joined_is("cn1", "cn1");
    joined_is("cn1,cn2,cn3", "cn[1-3]");
    joined_is("cn8,cn9,cn10,cn12", "cn[8-10,12]");
    joined_is("cn08,cn09,cn10,gpu1,cn11", "cn[08-10],gpu1,cn11");
    joined_is("cn9,cn010,cn11", "cn9,cn010,cn11");
    joined_is("login,a-ib,b-ib", "login,a-ib,b-ib");
    joined_is("cn3,cn2,cn1", "cn[3,2,1]");
    check(hosts_number_at("4(x2),3", 0) == 4 && hosts_number_at("4(x2),3", 1) == 4 && hosts_number_at("4(x2),3", 2) == 3 &&
              hosts_number_at("4(x2),3", 3) == 0 && hosts_number_at("5,6", 1) == 6 && hosts_number_at(NULL, 0) == 0,
          "numbers");
    char *items = hosts_items("3,5,7,9", 1, 2);
    check(items != NULL && strcmp(items, "5,7") == 0 && hosts_items("3,5", 1, 2) == NULL && hosts_items("", 0, 1) == NULL,
          "items");
    free(items);
}

static void wide_layouts_are_read_from_lists(void) {
    struct layout allocation;
    setenv("QUEQIAO_NODE_LIST", "a-node-with-a-very-long-name-[00001-02400]", 1);
    setenv("QUEQIAO_CORES_PER_NODE", "4(x2399),2", 1);
    setenv("QUEQIAO_TASKS_PER_NODE", "1(x2400)", 1);
    check(layout_read(&allocation) == NULL && allocation.count == 2400 && allocation.tasks == 2400 &&
              allocation.nodes[2398].cores == 4 && allocation.nodes[2399].cores == 2 &&
              strcmp(allocation.nodes[2399].name, "a-node-with-a-very-long-name-02400") == 0,
          "a wide layout");
    free((void *)(uintptr_t)allocation.nodes[0].name);
    free(allocation.nodes);
}

#define TEST(name) name()

/* What a node gives to a fence of these ranks (ended by UINT32_MAX; none: all), with `bytes` bytes of its letter. */
static enum exchange_outcome give(struct exchange *exchange, const struct layout *layout, uint32_t node,
                                  const uint32_t *ranks, size_t bytes, struct exchange_fence **fence) {
    struct buffer body = {0};
    size_t count = 0;
    while (ranks[count] != UINT32_MAX) {
        count++;
    }
    add_u32(&body, 4 * count);
    for (size_t i = 0; i < count; i++) {
        add_u32(&body, ranks[i]);
    }
    char *data = malloc(bytes + 1);
    memset(data, (int)('a' + node % 26), bytes);
    buffer_add(&body, data, bytes);
    enum exchange_outcome outcome = exchange_take(exchange, layout, node, body.bytes, body.end, fence);
    buffer_free(&body);
    free(data);
    return outcome;
}

static void fences_gather_what_their_nodes_give(void) {
    static const uint32_t all[] = {UINT32_MAX};
    static const uint32_t outer[] = {0, 1, 6, UINT32_MAX};
    static const uint32_t twice[] = {1, 1, UINT32_MAX};
    static const uint32_t backwards[] = {6, 0, UINT32_MAX};
    static const uint32_t beyond[] = {0, 7, UINT32_MAX};
    struct node nodes[] = {{.tasks = 2, .first_rank = 0}, {.tasks = 4, .first_rank = 2}, {.tasks = 1, .first_rank = 6}};
    struct layout layout = {.nodes = nodes, .count = 3, .tasks = 7};
    struct exchange exchange = {0};
    struct exchange_fence *fence = NULL;
    check(exchange_node_of(&layout, 0) == 0 && exchange_node_of(&layout, 1) == 0 && exchange_node_of(&layout, 2) == 1 &&
              exchange_node_of(&layout, 5) == 1 && exchange_node_of(&layout, 6) == 2 && exchange_node_of(&layout, 7) == 3,
          "nodes of ranks");
    check(exchange_open(&exchange, &layout), "open");
    check(give(&exchange, &layout, 0, all, 2, &fence) == EXCHANGE_WAITS, "one of all");
    check(give(&exchange, &layout, 2, outer, 1, &fence) == EXCHANGE_WAITS, "one of some, meanwhile");
    check(give(&exchange, &layout, 1, all, 3, &fence) == EXCHANGE_WAITS, "two of all");
    check(exchange_awaits(&exchange, &layout, 0) && !exchange_awaits(&exchange, &layout, 1) &&
              exchange_awaits(&exchange, &layout, 2),
          "whom the fences wait for");
    check(give(&exchange, &layout, 0, outer, 1, &fence) == EXCHANGE_COMPLETE, "all of some");
    check(fence->all.end == 4 + 12 + 2 && memcmp(fence->all.bytes + 16, "ca", 2) == 0, "what they gave");
    check(exchange_has(fence, &layout, 0) && !exchange_has(fence, &layout, 1) && exchange_has(fence, &layout, 2), "who");
    exchange_release(fence);
    check(give(&exchange, &layout, 2, all, 0, &fence) == EXCHANGE_COMPLETE, "all of all");
    check(fence->all.end == 4 + 5 && memcmp(fence->all.bytes + 4, "aabbb", 5) == 0 && exchange_has(fence, &layout, 1),
          "what all gave");
    exchange_release(fence);
    check(exchange.count == 0 && exchange.bytes == 0 && !exchange_awaits(&exchange, &layout, 0), "nothing is kept");
    check(give(&exchange, &layout, 1, outer, 1, &fence) == EXCHANGE_BROKEN, "a node that takes no part");
    check(give(&exchange, &layout, 0, outer, 1, &fence) == EXCHANGE_WAITS, "open");
    check(give(&exchange, &layout, 0, outer, 1, &fence) == EXCHANGE_BROKEN, "a node that gives twice");
    check(give(&exchange, &layout, 0, twice, 1, &fence) == EXCHANGE_BROKEN, "a rank twice");
    check(give(&exchange, &layout, 0, backwards, 1, &fence) == EXCHANGE_BROKEN, "ranks in another order");
    check(give(&exchange, &layout, 0, beyond, 1, &fence) == EXCHANGE_BROKEN, "a rank that is none");
    check(exchange_take(&exchange, &layout, 0, (const uint8_t *)"\377\377\377\377abc", 7, &fence) == EXCHANGE_BROKEN,
          "a length beyond the frame");
    check(give(&exchange, &layout, 0, all, PMIX_MAX_DATA, &fence) == EXCHANGE_FULL, "too much");
    check(give(&exchange, &layout, 0, all, 100, &fence) == EXCHANGE_WAITS, "not too much");
    check(give(&exchange, &layout, 1, all, PMIX_MAX_DATA - 100, &fence) == EXCHANGE_FULL, "too much together");
}

static void fences_and_questions_have_bounds(void) {
    static struct node nodes[] = {{.tasks = 1000, .first_rank = 0}, {.tasks = 1000, .first_rank = 1000}};
    struct layout layout = {.nodes = nodes, .count = 2, .tasks = 2000};
    struct exchange exchange = {0};
    struct exchange_fence *fence = NULL;
    exchange_open(&exchange, &layout);
    for (uint32_t i = 0; i < PMIX_MAX_FENCES; i++) {
        uint32_t ranks[] = {i, 1000, UINT32_MAX};
        check(give(&exchange, &layout, 0, ranks, 1, &fence) == EXCHANGE_WAITS, "room for a fence");
    }
    static const uint32_t another[] = {999, 1000, UINT32_MAX};
    static const uint32_t first[] = {0, 1000, UINT32_MAX};
    check(give(&exchange, &layout, 0, another, 1, &fence) == EXCHANGE_FULL, "no room for more");
    check(give(&exchange, &layout, 1, first, 1, &fence) == EXCHANGE_COMPLETE, "one is complete");
    exchange_release(fence);
    check(give(&exchange, &layout, 0, another, 1, &fence) == EXCHANGE_WAITS, "and there is room");
    for (uint32_t i = 0; i < PMIX_MAX_ASKED; i++) {
        check(exchange_ask(&exchange, 1, 0, i % 1000), "room for a question");
    }
    check(!exchange_ask(&exchange, 0, 1, 5), "no room for a question");
    check(exchange_answered(&exchange, 1, 0, 5) && !exchange_answered(&exchange, 0, 0, 5) &&
              !exchange_answered(&exchange, 1, 1, 5) && exchange_ask(&exchange, 0, 1, 5),
          "answers to questions alone");
    uint8_t bytes[64];
    for (int i = 0; i < 20000; i++) {
        size_t length = (size_t)rand() % sizeof bytes;
        for (size_t j = 0; j < length; j++) {
            bytes[j] = (uint8_t)(rand() % 4 == 0 ? rand() : 0);
        }
        if (exchange_take(&exchange, &layout, (uint32_t)rand() % 2, bytes, length, &fence) == EXCHANGE_COMPLETE) {
            exchange_release(fence);
        }
    }
}

/* Four cores of two threads each: core N is CPUs N and N + 4. */
static void make_cpus(char *folder) {
    char path[256];
    check(mkdtemp(folder) != NULL, "a folder");
    for (unsigned cpu = 0; cpu < 8; cpu++) {
        snprintf(path, sizeof path, "%s/cpu%u", folder, cpu);
        check(mkdir(path, 0755) == 0, path);
        strcat(path, "/topology");
        check(mkdir(path, 0755) == 0, path);
        strcat(path, "/thread_siblings_list");
        FILE *file = fopen(path, "we");
        check(file != NULL && fprintf(file, "%u,%u\n", cpu % 4, cpu % 4 + 4) > 0 && fclose(file) == 0, path);
    }
}

/* `allowed` and `expected` are bits of CPUs; no expected one: the task is not pinned. */
static void cores_are(const char *folder, unsigned allowed, const uint16_t *numbers, uint32_t count, uint32_t task,
                      unsigned expected) {
    uint8_t bytes[16];
    cpu_set_t usable;
    cpu_set_t set;
    unsigned found = 0;
    CPU_ZERO(&usable);
    for (unsigned cpu = 0; cpu < 8; cpu++) {
        if ((allowed >> cpu & 1) != 0) {
            CPU_SET(cpu, &usable);
        }
    }
    for (uint32_t i = 0; i < count; i++) {
        put_u16(bytes + (size_t)2 * i, numbers[i]);
    }
    const struct run_cores run = {folder, &usable, bytes, count};
    bool told = cores_pick(&run, task, 1, &set);
    for (unsigned cpu = 0; told && cpu < 8; cpu++) {
        found |= (CPU_ISSET(cpu, &set) ? 1U : 0U) << cpu;
    }
    if (told != (expected != 0) || found != expected) {
        fprintf(stderr, "allowed %x, task %u: %x instead of %x\n", allowed, task, found, expected);
        check(false, "cores of a task");
    }
}

static void tasks_have_cores_with_all_their_threads(void) {
    char folder[] = P_tmpdir "/queqiao-cpus-XXXXXX";
    static const uint16_t two[] = {1, 3};
    static const uint16_t packed[] = {0, 1};
    static const uint16_t beyond[] = {1, 5};
    make_cpus(folder);
    /* In a group with these cores alone. */
    cores_are(folder, 0xAA, two, 2, 0, 0x22);
    cores_are(folder, 0xAA, two, 2, 1, 0x88);
    /* Nothing confines the run. */
    cores_are(folder, 0xFF, two, 2, 0, 0x22);
    cores_are(folder, 0xFF, two, 2, 1, 0x88);
    /* The node itself has but some CPUs of the machine: its core 0 is CPUs 1 and 5. */
    cores_are(folder, 0xEE, packed, 2, 0, 0x22);
    cores_are(folder, 0xEE, packed, 2, 1, 0x44);
    cores_are(folder, 0xFF, beyond, 2, 1, 0);
    /* Somebody narrowed it down. */
    cores_are(folder, 0x22, two, 2, 0, 0);
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", folder);
    check(system(command) == 0, "the folder goes");
}

static void an_agent_that_says_nothing_keeps_nobody(void) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char folder[] = "/tmp/queqiao-gate-XXXXXX";
    if (mkdtemp(folder) == NULL) {
        exit(2);
    }
    snprintf(address.sun_path, sizeof address.sun_path, "%s/agent", folder);
    setenv("QUEQIAO_SOCKET", address.sun_path, 1);
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);
    /* One waits to be let in; the next ones wait for that. */
    if (listener < 0 || bind(listener, (const struct sockaddr *)&address, sizeof address) != 0 || listen(listener, 1) != 0) {
        exit(2);
    }
    pid_t child = fork();
    if (child == 0) {
        int gate = gate_connect();
        alarm(2 * GATE_TELL_S);
        gate_tell_end(&gate, 3, 0);
        _exit(0);
    }
    int status = 1;
    waitpid(child, &status, 0);
    check(status == 0, "a process of a job ends while the agent stands still");
    close(listener);
    unlink(address.sun_path);
    rmdir(folder);
}

/* Who starts a step has a sealed copy of what ranks exchange for each node: it is as large as that, and gone once it is sent. */
static void what_waits_is_no_larger_than_it_is(void) {
    enum { LENGTH = 8 * 1024 * 1024, SPARE = 2 * 1024 * 1024 };
    static const uint8_t key[STEP_KEY_BYTES] = {7};
    static struct channel from, to;
    uint8_t greeting[STEP_MAX_NAME + 64];
    char node[STEP_MAX_NAME + 1];
    int ends[2];
    size_t used = 0;
    uint8_t *data = malloc(LENGTH);
    check(data != NULL && socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "a pair of sockets");
    randombytes_buf(data, LENGTH);
    pid_t child = fork();
    if (child == 0) {
        enum frame_type type = FRAME_DONE;
        const uint8_t *bytes = NULL;
        size_t length = 0;
        close(ends[0]);
        int result = channel_join(&to, ends[1], key, "cn2");
        while (result == 0 && (result = channel_next(&to, &type, &bytes, &length)) == 0) {
            usleep(100);
            result = channel_read(&to);
        }
        _exit(result == 1 && type == FRAME_KVS && length == LENGTH && memcmp(bytes, data, LENGTH) == 0 ? 0 : 1);
    }
    close(ends[1]);
    ssize_t got = recv(ends[0], greeting, sizeof greeting, 0);
    check(got > 0 && channel_greeted(greeting, (size_t)got, node, &used) == 1 &&
              channel_admit(&from, ends[0], key, node, greeting, used) == 0,
          "a node joins");
    channel_send(&from, FRAME_KVS, data, LENGTH);
    check(channel_waiting(&from) > LENGTH && from.out.capacity <= LENGTH + SPARE, "no room is kept beside the copy");
    while (channel_waiting(&from) > 0 && channel_write(&from) == 0) {
        usleep(100);
    }
    int status = 0;
    check(waitpid(child, &status, 0) == child && status == 0, "the other end has it");
    check(from.out.capacity <= SPARE, "no room is kept for what is sent");
    channel_close(&from);
    free(data);
}

int main(void) {
    if (sodium_init() < 0) {
        return 2;
    }
    srand(20261127);
    TEST(ranks_find_each_other);
    TEST(wrong_lines_are_refused);
    TEST(only_the_key_opens_a_channel);
    TEST(what_waits_is_no_larger_than_it_is);
    TEST(only_signed_orders_for_this_run_count);
    TEST(layouts_follow_the_wish);
    TEST(lists_are_those_of_slurm);
    TEST(wide_layouts_are_read_from_lists);
    TEST(fences_gather_what_their_nodes_give);
    TEST(fences_and_questions_have_bounds);
    TEST(tasks_have_cores_with_all_their_threads);
    TEST(an_agent_that_says_nothing_keeps_nobody);
    return failures == 0 ? 0 : 1;
}
