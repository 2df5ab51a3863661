/*
 * The server's half of PMI-1, the protocol by which the ranks of MPICH and its descendants find each
 * other: lines of key=value over a descriptor. One table of a node; what was put travels at barriers.
 */
#ifndef QUEQIAO_STEP_PMI_H
#define QUEQIAO_STEP_PMI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channel.h"

enum pmi_limit {
    PMI_MAX_LINE = 4096,
    PMI_MAX_NAME = 256,
    PMI_MAX_KEY = 64,
    PMI_MAX_VALUE = 1024,
    PMI_MAX_TABLE = 16 * 1024 * 1024
};

/* What became of a rank's line. */
enum pmi_outcome { PMI_GOES_ON, PMI_IN_BARRIER, PMI_FINALIZED, PMI_ABORTED, PMI_BROKEN };

struct pmi_entry {
    char *key, *value;
    struct pmi_entry *next;
};

struct pmi_table {
    char name[PMI_MAX_NAME];
    uint32_t size;
    struct pmi_entry *chains[1024];
    size_t bytes;
    struct buffer news; /* key, value, ... put here since the last barrier; each closed by NUL */
};

/* Of one rank. */
struct pmi_rank {
    char line[PMI_MAX_LINE];
    size_t length;
    uint32_t abort_code;
    bool initialized, finalized;
};

/* False when the table is full, or the entry too long. A key that is there keeps its first value. */
bool pmi_put(struct pmi_table *table, const char *key, const char *value);
const char *pmi_get(const struct pmi_table *table, const char *key);

/* Takes pairs as in `news`. False when they are malformed. */
bool pmi_merge(struct pmi_table *table, const uint8_t *bytes, size_t length);

/* Serves one line without its end; adds the answer, if there is one now, to `reply`. */
enum pmi_outcome pmi_serve(struct pmi_table *table, struct pmi_rank *rank, const char *line, struct buffer *reply);

void pmi_free(struct pmi_table *table);

#endif
