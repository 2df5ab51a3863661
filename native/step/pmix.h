/*
 * The PMIx of a step's tasks on one node, by which the ranks of Open MPI and others find each other. libpmix
 * serves them; it has threads, and is the node's own, so it runs in a process beside the session,
 * that a step without PMIx does not have.
 */
#ifndef QUEQIAO_STEP_PMIX_H
#define QUEQIAO_STEP_PMIX_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "channel.h"

enum pmix_limit {
    PMIX_MAX_DATA = 16 * 1024 * 1024, /* of all ranks of a fence, or of one rank that was asked */
    PMIX_MAX_FENCES = 256,            /* open at a time */
    PMIX_MAX_ASKED = 65536,
    PMIX_FOLDER_BYTES = 96,
    PMIX_MAX_SPACE = 200
};

/* The variable of a step that names the library, where the loader would not find it. */
#define PMIX_LIBRARY_NAME "QUEQIAO_PMIX_LIBRARY"

struct pmix_node {
    const char *name;
    uint32_t tasks;
};

struct pmix_step {
    const char *space; /* also what keeps others of the node out: nobody can guess it */
    const char *job;
    const char *library; /* NULL: where the loader looks */
    uint32_t step, node, node_count, total, first_rank, local;
    const struct pmix_node *nodes;
    char folder[PMIX_FOLDER_BYTES];
};

struct pmix_child {
    pid_t pid; /* 0: there is none */
    struct channel channel;
    char folder[PMIX_FOLDER_BYTES];
    char ***variables; /* of each task */
    uint32_t local;
};

/* Makes the folder and starts the server. False with errno. `own` is what it must not keep of the session. */
bool pmix_start(struct pmix_child *child, struct pmix_step *step, char *const *environment, struct channel *own);

/*
 * Takes what the server says until it serves. NULL, or what is wrong. `beside` is a descriptor whose end
 * ends the waiting.
 */
const char *pmix_await(struct pmix_child *child, int beside);

/* Reads all that is there, so that what a rank said before it ended has been seen. False when the server is gone. */
bool pmix_read(struct pmix_child *child);

/* Ends the server, waits for it, and removes the folder. */
void pmix_end(struct pmix_child *child);

/* The server itself; returns never. */
_Noreturn void pmix_serve(int fd, const struct pmix_step *step);

#endif
