#define _GNU_SOURCE
#include "exchange.h"

#include <stdlib.h>
#include <string.h>

#include "fields.h"
#include "pmix.h"

uint32_t exchange_node_of(const struct layout *layout, uint32_t rank) {
    uint32_t low = 0;
    uint32_t high = layout->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (layout->nodes[middle].first_rank + layout->nodes[middle].tasks <= rank) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static const uint8_t *who_of(const struct exchange_fence *fence) {
    return fence->all.bytes + fence->all.start + 4;
}

/* Ranks that are, in ascending order, each once; those without any stand for all. */
static bool is_named_well(const struct layout *layout, const uint8_t *who, size_t bytes) {
    uint32_t before = 0;
    if (bytes % 4 != 0) {
        return false;
    }
    for (size_t at = 0; at < bytes; at += 4) {
        uint32_t rank = get_u32(who + at);
        if (rank >= layout->tasks || (at > 0 && rank <= before)) {
            return false;
        }
        before = rank;
    }
    return true;
}

bool exchange_has(const struct exchange_fence *fence, const struct layout *layout, uint32_t node) {
    const uint8_t *who = who_of(fence);
    if (fence->who_bytes == 0) {
        return true;
    }
    for (size_t at = 0; at < fence->who_bytes; at += 4) {
        uint32_t rank = get_u32(who + at);
        if (rank >= layout->nodes[node].first_rank) {
            return rank < layout->nodes[node].first_rank + layout->nodes[node].tasks;
        }
    }
    return false;
}

bool exchange_awaits(const struct exchange *exchange, const struct layout *layout, uint32_t node) {
    for (const struct exchange_fence *each = exchange->open; each != NULL; each = each->next) {
        if (!each->given[node] && exchange_has(each, layout, node)) {
            return true;
        }
    }
    return false;
}

void exchange_release(struct exchange_fence *fence) {
    buffer_free(&fence->all);
    free(fence->given);
    free(fence);
}

static struct exchange_fence *open_fence(struct exchange *exchange, const struct layout *layout, const uint8_t *bytes,
                                         size_t who_bytes) {
    struct exchange_fence *fence = calloc(1, sizeof *fence);
    bool *given = calloc(layout->count, sizeof *given);
    if (fence == NULL || given == NULL) {
        free(fence);
        free(given);
        return NULL;
    }
    fence->given = given;
    fence->who_bytes = who_bytes;
    buffer_add(&fence->all, bytes, 4 + who_bytes);
    uint32_t before = layout->count;
    fence->missing = who_bytes == 0 ? layout->count : 0;
    for (size_t at = 0; at < who_bytes; at += 4) {
        uint32_t node = exchange_node_of(layout, get_u32(who_of(fence) + at));
        fence->missing += node != before ? 1 : 0;
        before = node;
    }
    fence->next = exchange->open;
    exchange->open = fence;
    exchange->count++;
    exchange->bytes += fence->all.end;
    return fence;
}

enum exchange_outcome exchange_take(struct exchange *exchange, const struct layout *layout, uint32_t node,
                                    const uint8_t *bytes, size_t length, struct exchange_fence **complete) {
    struct fields in = {bytes, bytes + length, false};
    uint32_t who_bytes = fields_u32(&in);
    const uint8_t *who = fields_take(&in, who_bytes);
    if (in.bad || !is_named_well(layout, who, who_bytes)) {
        return EXCHANGE_BROKEN;
    }
    struct exchange_fence **at = &exchange->open;
    while (*at != NULL && ((*at)->who_bytes != who_bytes || memcmp(who_of(*at), who, who_bytes) != 0)) {
        at = &(*at)->next;
    }
    size_t given = (size_t)(in.end - in.at);
    size_t more = given + (*at == NULL ? 4 + who_bytes : 0);
    if (exchange->bytes + more > PMIX_MAX_DATA || (*at == NULL && exchange->count == PMIX_MAX_FENCES)) {
        return EXCHANGE_FULL;
    }
    if (*at == NULL) {
        if (open_fence(exchange, layout, bytes, who_bytes) == NULL) {
            return EXCHANGE_FULL;
        }
        at = &exchange->open;
    }
    struct exchange_fence *fence = *at;
    if (fence->given[node] || !exchange_has(fence, layout, node)) {
        return EXCHANGE_BROKEN;
    }
    fence->given[node] = true;
    buffer_add(&fence->all, in.at, given);
    exchange->bytes += given;
    if (--fence->missing > 0) {
        return EXCHANGE_WAITS;
    }
    *at = fence->next;
    exchange->count--;
    exchange->bytes -= fence->all.end;
    *complete = fence;
    return EXCHANGE_COMPLETE;
}

bool exchange_open(struct exchange *exchange, const struct layout *layout) {
    exchange->asked = calloc(layout->count, sizeof *exchange->asked);
    return exchange->asked != NULL;
}

bool exchange_ask(struct exchange *exchange, uint32_t owner, uint32_t asker, uint32_t rank) {
    struct exchange_question *question = malloc(sizeof *question);
    if (question == NULL || exchange->question_count == PMIX_MAX_ASKED) {
        free(question);
        return false;
    }
    *question = (struct exchange_question){exchange->asked[owner], asker, rank};
    exchange->asked[owner] = question;
    exchange->question_count++;
    return true;
}

bool exchange_answered(struct exchange *exchange, uint32_t owner, uint32_t asker, uint32_t rank) {
    struct exchange_question **at = &exchange->asked[owner];
    while (*at != NULL && ((*at)->asker != asker || (*at)->rank != rank)) {
        at = &(*at)->next;
    }
    struct exchange_question *found = *at;
    if (found == NULL) {
        return false;
    }
    *at = found->next;
    free(found);
    exchange->question_count--;
    return true;
}
