/* Frames between the program that started a step and its node sessions, plain or sealed with the step's key. */
#ifndef QUEQIAO_STEP_CHANNEL_H
#define QUEQIAO_STEP_CHANNEL_H

#include <sodium.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum channel_limit {
    CHANNEL_MAX_FRAME = 20 * 1024 * 1024,
    CHANNEL_BUSY_BYTES = 256 * 1024, /* so much waits to be written: nothing more is read from tasks */
    STEP_KEY_BYTES = 32,
    STEP_MAX_NAME = 255
};

enum frame_type {
    FRAME_SETUP = 1,   /* to a session: what to start */
    FRAME_STDIN = 2,   /* bytes; none: the end */
    FRAME_SIGNAL = 3,  /* u32 */
    FRAME_KVS = 4,     /* what all ranks have put; ends a barrier */
    FRAME_WINDOW = 5,  /* u16 rows, u16 columns */
    FRAME_PMIX_SETUP = 6,    /* as FRAME_SETUP, then the namespace and the nodes of the step: serve PMIx */
    FRAME_PMIX_FENCED = 7,   /* u32 length, who took part | what all of them gave */
    FRAME_PMIX_ASKED = 8,    /* u32 node that asks, u32 rank: what has this rank of yours published? */
    FRAME_PMIX_ANSWERED = 9, /* u32 rank, u32 status | what it has published */
    FRAME_OUT = 17,    /* from a session: u32 rank, u8 stream, bytes */
    FRAME_EXIT = 18,   /* u32 rank, u32 code */
    FRAME_NOTE = 19,   /* words for the user */
    FRAME_BARRIER = 20, /* what the ranks of the node have put; all of them wait */
    FRAME_ABORT = 21,  /* u32 code: a rank ends the whole step */
    FRAME_TAKEN = 22,  /* the tasks have taken what came on their standard input */
    FRAME_DONE = 23,   /* the last frame of a session */
    FRAME_PMIX_FENCE = 24,  /* u32 length, who takes part: ranks in ascending order, none for all | what this node's give */
    FRAME_PMIX_ASK = 25,    /* u32 rank of another node */
    FRAME_PMIX_ANSWER = 26, /* u32 node that asked, u32 rank, u32 status | what it has published */
    /* Between a session and its PMIx server alone: */
    FRAME_PMIX_VARIABLES = 33, /* u32 number of the task on the node, u32 count, texts */
    FRAME_PMIX_READY = 34,
    FRAME_PMIX_RANK = 35 /* u32 rank, u8: whether it has initialized (1) or finalized (2) */
};

struct buffer {
    uint8_t *bytes;
    size_t start, end, capacity;
};

struct channel {
    int fd; /* -1: closed */
    bool sealed;
    crypto_secretstream_xchacha20poly1305_state out_state, in_state;
    struct buffer in, out;
    uint8_t *opened;
    size_t opened_capacity;
};

void buffer_add(struct buffer *buffer, const void *bytes, size_t length);
void buffer_free(struct buffer *buffer);

void channel_open(struct channel *channel, int fd);
void channel_close(struct channel *channel);

/* The session's and the starter's half of the handshake over a new connection. 0, or -1. */
int channel_join(struct channel *channel, int fd, const uint8_t key[STEP_KEY_BYTES], const char *node);
int channel_greeted(const uint8_t *bytes, size_t length, char node[STEP_MAX_NAME + 1], size_t *used);
int channel_admit(struct channel *channel, int fd, const uint8_t key[STEP_KEY_BYTES], const char *node,
                  const uint8_t *greeting, size_t used);

void channel_send(struct channel *channel, enum frame_type type, const void *bytes, size_t length);
size_t channel_waiting(const struct channel *channel);

/* What is there, without waiting. 0, or -1 when the other end is gone. */
int channel_read(struct channel *channel);
int channel_write(struct channel *channel);

/* 1 and the next whole frame, 0 when there is none yet, -1 when it is malformed or forged. */
int channel_next(struct channel *channel, enum frame_type *type, const uint8_t **bytes, size_t *length);

#endif
