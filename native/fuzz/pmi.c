/* Lines of PMI-1, as any program of a job may write them. */
#include "../step/pmi.h"
#include "fuzz.h"

enum { RANKS = 2 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct pmi_rank ranks[RANKS];
    struct pmi_table table = {.name = "kvs", .size = RANKS};
    struct buffer reply = {0};
    char line[PMI_MAX_LINE];
    memset(ranks, 0, sizeof ranks);
    size_t rank = 0;
    for (size_t at = 0; at < size;) {
        const uint8_t *end = memchr(data + at, '\n', size - at);
        size_t length = end == NULL ? size - at : (size_t)(end - data) - at;
        if (length < sizeof line && memchr(data + at, 0, length) == NULL) {
            memcpy(line, data + at, length);
            line[length] = 0;
            enum pmi_outcome outcome = pmi_serve(&table, &ranks[rank], line, &reply);
            MUST(outcome >= PMI_GOES_ON && outcome <= PMI_BROKEN && table.bytes <= PMI_MAX_TABLE);
            MUST(reply.end == reply.start || reply.bytes[reply.end - 1] == '\n');
            rank = outcome == PMI_IN_BARRIER ? (rank + 1) % RANKS : rank;
        }
        at += length + 1;
    }
    struct pmi_table other = {.name = "kvs", .size = RANKS};
    /* What is put is what another node takes. */
    MUST(table.news.bytes == NULL ||
         pmi_merge(&other, table.news.bytes + table.news.start, table.news.end - table.news.start));
    pmi_free(&other);
    pmi_free(&table);
    buffer_free(&reply);
    return 0;
}
