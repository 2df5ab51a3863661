/* The server's signed order to join a step, read by the host of the run on that node. */
#ifndef QUEQIAO_STEP_ORDER_H
#define QUEQIAO_STEP_ORDER_H

#include "channel.h"

enum step_order_limit { STEP_ORDER_FIXED_BYTES = 80 + 4 + 2 + 2 + 2 + STEP_KEY_BYTES, STEP_ORDER_MAX_BYTES = 1024 };

struct step_order {
    bool shell; /* for a person outside of the job, by a relay of the server */
    uint32_t step;
    uint16_t port;
    uint8_t key[STEP_KEY_BYTES];
    char node[STEP_MAX_NAME + 1];
    char address[64];
};

/*
 * Checks length, signature, then whether it is for this run, user and node, which the environment of
 * the signed launch order names, and still good. NULL, or what is wrong.
 */
const char *step_order_verify(const uint8_t *bytes, size_t length, struct step_order *order);

#endif
