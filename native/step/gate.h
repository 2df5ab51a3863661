/* What a process of a run says to the agent of its node, over the agent's socket for jobs. */
#ifndef QUEQIAO_STEP_GATE_H
#define QUEQIAO_STEP_GATE_H

#include <stddef.h>
#include <stdint.h>

#include "channel.h"

enum gate_type {
    GATE_STEP = 1,   /* u32 tasks | u16 port | text name | u16 count | count times text node */
    GATE_ENDED = 2,  /* u32 step | u32 code */
    GATE_HOST = 3,   /* this process starts the steps of its run on this node; with a byte 1 as its script, before others */
    GATE_CHECKPOINT = 4, /* what the run has done until now is saved */
    GATE_SHELLS = 5, /* after GATE_ATTENDED: u32 shells open here | u32 code of the last that was, or GATE_NO_CODE */
    GATE_HELLO = 33, /* text: the node's address, as its server sees it */
    GATE_GRANTED = 34, /* u32 step | key | u16 count | count times (text node, text address, u16 cores, u16 each) */
    GATE_REFUSED = 35, /* text */
    GATE_ORDER = 36, /* a signed order */
    GATE_DONE = 37,  /* what was said counts */
    GATE_ATTENDED = 38, /* to a host beside a script that attends now */
    GATE_BESIDE = 39 /* to a script that attends: what the host beside it says by GATE_SHELLS */
};

enum { GATE_MAX_FRAME = 1024 * 1024, GATE_TELL_S = 10 };

static const uint32_t GATE_NO_CODE = UINT32_MAX;

void gate_u16(struct buffer *frame, size_t value);
void gate_u32(struct buffer *frame, uint32_t value);
void gate_text(struct buffer *frame, const char *text);

/* Connects to the socket that QUEQIAO_SOCKET names; -1 with errno. */
int gate_connect(void);
int gate_send(int fd, enum gate_type type, const struct buffer *body);

/* Waits for a frame; the body is allocated and closed by NUL. -1 when the agent is gone. */
int gate_receive(int fd, enum gate_type *type, uint8_t **body, size_t *length);

/*
 * Tells that a step has ended, until the agent has passed it on; it may have been started anew meanwhile. For some
 * GATE_TELL_S seconds: an agent that is there and says nothing keeps nobody. -1: not connected.
 */
void gate_tell_end(int *fd, uint32_t step, uint32_t code);

#endif
