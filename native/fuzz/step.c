/*
 * What comes over the network of a step. The first byte says whom it reaches: a starter that is greeted, sealed frames, frames
 * of a starter to a session (setup, what ranks have put), frames of a session to a starter (fences of PMIx).
 */
#define _GNU_SOURCE
#include "../step/session.c"

#include "../step/exchange.h"
#include "fuzz.h"

enum { NODES = 3, TASKS_EACH = 2 };

static void greet(const uint8_t *data, size_t size) {
    static const uint8_t key[STEP_KEY_BYTES] = {7};
    char name[STEP_MAX_NAME + 1];
    struct channel channel;
    enum frame_type type = FRAME_DONE;
    const uint8_t *bytes = NULL;
    size_t length = 0;
    size_t used = 0;
    if (channel_greeted(data, size, name, &used) != 1) {
        return;
    }
    MUST(used <= size && strlen(name) >= 1);
    int other = -1;
    int fd = fuzz_feed(data + used, size - used, &other);
    if (channel_admit(&channel, fd, key, name, data, used) == 0) {
        MUST(channel_read(&channel) == 0 || size == used);
        /* Nobody forges a seal. */
        MUST(channel_next(&channel, &type, &bytes, &length) != 1);
    }
    channel_close(&channel);
    close(other);
}

static void free_session(struct session *self) {
    free(self->setup);
    free(self->arguments);
    free(self->environment);
    free((void *)(uintptr_t)self->pmix_step.nodes);
    pmi_free(&self->table);
}

static void as_session(enum frame_type type, const uint8_t *bytes, size_t length) {
    struct session self = {.pmix_status = -1};
    if (type == FRAME_SETUP || type == FRAME_PMIX_SETUP) {
        if (read_setup(&self, type, bytes, length)) {
            size_t sum = 0;
            for (size_t i = 0; i < self.argument_count; i++) {
                sum += strlen(self.arguments[i]);
            }
            for (size_t i = 0; i < self.environment_count; i++) {
                sum += strlen(self.environment[i]);
            }
            MUST(sum < length);
            char path[64];
            pattern_expand(path, sizeof path, self.stdout_path, self.first_rank, self.node_index, self.step);
            MUST(strlen(path) < sizeof path);
            pattern_is_per_task(self.stderr_path);
        }
    } else if (type == FRAME_KVS && pmi_merge(&self.table, bytes, length)) {
        MUST(self.table.bytes <= PMI_MAX_TABLE);
    }
    free_session(&self);
}

static void as_starter(struct exchange *exchange, const struct layout *layout, const uint8_t *bytes, size_t length) {
    struct exchange_fence *complete = NULL;
    if (length < 1) {
        return;
    }
    if (exchange_take(exchange, layout, bytes[0] % NODES, bytes + 1, length - 1, &complete) == EXCHANGE_COMPLETE) {
        MUST(complete != NULL && complete->missing == 0);
        for (uint32_t node = 0; node < NODES; node++) {
            MUST(complete->given[node] == exchange_has(complete, layout, node));
        }
        exchange_release(complete);
    }
}

static void frames(const uint8_t *data, size_t size, bool of_session) {
    struct node nodes[NODES];
    struct layout layout = {nodes, NODES, NODES * TASKS_EACH, 1};
    struct exchange exchange = {0};
    struct channel channel;
    enum frame_type type = FRAME_DONE;
    const uint8_t *bytes = NULL;
    size_t length = 0;
    int other = -1;
    memset(nodes, 0, sizeof nodes);
    for (uint32_t i = 0; i < NODES; i++) {
        nodes[i] = (struct node){.tasks = TASKS_EACH, .first_rank = i * TASKS_EACH};
    }
    MUST(exchange_open(&exchange, &layout));
    channel_open(&channel, fuzz_feed(data, size, &other));
    while (channel_read(&channel) == 0) {
        while (channel_next(&channel, &type, &bytes, &length) == 1) {
            if (of_session) {
                as_starter(&exchange, &layout, bytes, length);
            } else {
                as_session(type, bytes, length);
            }
        }
    }
    while (exchange.open != NULL) {
        struct exchange_fence *fence = exchange.open;
        exchange.open = fence->next;
        exchange_release(fence);
    }
    free(exchange.asked);
    channel_close(&channel);
    close(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    if (size < 1 || size > FUZZ_FED) {
        return 0;
    }
    MUST(sodium_init() >= 0);
    if (data[0] % 3 == 0) {
        greet(data + 1, size - 1);
    } else {
        frames(data + 1, size - 1, data[0] % 3 == 1);
    }
    return 0;
}
