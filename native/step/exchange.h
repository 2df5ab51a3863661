/* The starter's part of PMIx: collects what the nodes of a step give to a fence, until all that take part have. */
#ifndef QUEQIAO_STEP_EXCHANGE_H
#define QUEQIAO_STEP_EXCHANGE_H

#include "channel.h"
#include "layout.h"

enum exchange_outcome { EXCHANGE_WAITS, EXCHANGE_COMPLETE, EXCHANGE_FULL, EXCHANGE_BROKEN };

struct exchange_fence {
    struct exchange_fence *next;
    struct buffer all;  /* u32 length, who takes part, what was given: as it is sent back */
    size_t who_bytes;
    uint32_t missing;
    bool *given; /* by each node; also by those that take no part */
};

/* A rank of node `asker` asked what this rank has published, and has no answer yet. */
struct exchange_question {
    struct exchange_question *next;
    uint32_t asker, rank;
};

struct exchange {
    struct exchange_fence *open;
    uint32_t count, question_count;
    size_t bytes; /* of all open ones */
    struct exchange_question **asked; /* of each node */
};

bool exchange_open(struct exchange *exchange, const struct layout *layout);

/* Takes a fence frame of a node. When it is complete, `fence` is to be sent to those for which `exchange_has` and released. */
enum exchange_outcome exchange_take(struct exchange *exchange, const struct layout *layout, uint32_t node,
                                    const uint8_t *bytes, size_t length, struct exchange_fence **fence);

/* Whether a fence waits for what the node has not given. */
bool exchange_awaits(const struct exchange *exchange, const struct layout *layout, uint32_t node);

/* Whether the node takes part. */
bool exchange_has(const struct exchange_fence *fence, const struct layout *layout, uint32_t node);
void exchange_release(struct exchange_fence *fence);

/* Keeps a question for its node. False when there are too many. */
bool exchange_ask(struct exchange *exchange, uint32_t owner, uint32_t asker, uint32_t rank);

/* Takes it out. False when nobody has asked this. */
bool exchange_answered(struct exchange *exchange, uint32_t owner, uint32_t asker, uint32_t rank);

/* The node of a rank; the count of nodes when there is none. */
uint32_t exchange_node_of(const struct layout *layout, uint32_t rank);

#endif
