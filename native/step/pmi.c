#define _GNU_SOURCE
#include "pmi.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHAINS = 1024 };

static struct pmi_entry **chain_of(struct pmi_table *table, const char *key) {
    uint32_t hash = 2166136261U;
    for (const char *at = key; *at != 0; at++) {
        hash = (hash ^ (uint8_t)*at) * 16777619U;
    }
    return &table->chains[hash % CHAINS];
}

const char *pmi_get(const struct pmi_table *table, const char *key) {
    struct pmi_entry **chain = chain_of((struct pmi_table *)(uintptr_t)table, key);
    for (struct pmi_entry *each = *chain; each != NULL; each = each->next) {
        if (strcmp(each->key, key) == 0) {
            return each->value;
        }
    }
    return NULL;
}

bool pmi_put(struct pmi_table *table, const char *key, const char *value) {
    size_t bytes = strlen(key) + strlen(value) + 2;
    if (key[0] == 0 || strlen(key) > PMI_MAX_KEY || strlen(value) > PMI_MAX_VALUE ||
        table->bytes + bytes > PMI_MAX_TABLE) {
        return false;
    }
    if (pmi_get(table, key) != NULL) {
        return true;
    }
    struct pmi_entry *entry = malloc(sizeof *entry);
    char *text = malloc(bytes);
    if (entry == NULL || text == NULL) {
        free(entry);
        free(text);
        return false;
    }
    struct pmi_entry **chain = chain_of(table, key);
    entry->key = text;
    strcpy(text, key);
    entry->value = text + strlen(key) + 1;
    strcpy(entry->value, value);
    entry->next = *chain;
    *chain = entry;
    table->bytes += bytes;
    return true;
}

bool pmi_merge(struct pmi_table *table, const uint8_t *bytes, size_t length) {
    const char *at = (const char *)bytes;
    const char *end = at + length;
    while (at < end) {
        const char *key_end = memchr(at, 0, (size_t)(end - at));
        const char *value = key_end == NULL ? NULL : key_end + 1;
        const char *value_end = value == NULL || value >= end ? NULL : memchr(value, 0, (size_t)(end - value));
        if (value_end == NULL || !pmi_put(table, at, value)) {
            return false;
        }
        at = value_end + 1;
    }
    return true;
}

/* The value of a word of the line, closed by a space or the end; false when it is absent or too long. */
static bool word(const char *line, const char *name, char *value, size_t size) {
    size_t length = strlen(name);
    for (const char *at = line; at != NULL && *at != 0; at = strchr(at, ' ')) {
        at += strspn(at, " ");
        if (strncmp(at, name, length) == 0 && at[length] == '=') {
            at += length + 1;
            size_t there = strcspn(at, " ");
            if (there >= size) {
                return false;
            }
            memcpy(value, at, there);
            value[there] = 0;
            return true;
        }
        if (*at == 0) {
            break;
        }
    }
    return false;
}

static void answer(struct buffer *reply, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void answer(struct buffer *reply, const char *format, ...) {
    char text[PMI_MAX_LINE];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    buffer_add(reply, text, (size_t)length);
}

static void serve_put(struct pmi_table *table, const char *line, struct buffer *reply) {
    char key[PMI_MAX_KEY + 1];
    /* A value may hold spaces: it is the rest of the line. */
    const char *value = strstr(line, " value=");
    if (value == NULL || !word(line, "key", key, sizeof key) || !pmi_put(table, key, value + 7)) {
        answer(reply, "cmd=put_result rc=-1 msg=table_full_or_entry_too_long\n");
        return;
    }
    buffer_add(&table->news, key, strlen(key) + 1);
    buffer_add(&table->news, value + 7, strlen(value + 7) + 1);
    answer(reply, "cmd=put_result rc=0 msg=success\n");
}

static void serve_get(const struct pmi_table *table, const char *line, struct buffer *reply) {
    char key[PMI_MAX_KEY + 1];
    const char *value = word(line, "key", key, sizeof key) ? pmi_get(table, key) : NULL;
    if (value == NULL) {
        answer(reply, "cmd=get_result rc=-1 msg=key_not_found value=unknown\n");
    } else {
        answer(reply, "cmd=get_result rc=0 msg=success value=%s\n", value);
    }
}

enum pmi_outcome pmi_serve(struct pmi_table *table, struct pmi_rank *rank, const char *line, struct buffer *reply) {
    char command[32];
    char number[16];
    if (!word(line, "cmd", command, sizeof command)) {
        /* Several processes at once (mcmd=spawn) are not started by a step. */
        if (strncmp(line, "mcmd=spawn", 10) == 0) {
            answer(reply, "cmd=spawn_result rc=-1 msg=not_supported\n");
            return PMI_GOES_ON;
        }
        return PMI_BROKEN;
    }
    if (strcmp(command, "init") == 0) {
        rank->initialized = true;
        answer(reply, "cmd=response_to_init pmi_version=1 pmi_subversion=1 rc=0\n");
    } else if (strcmp(command, "get_maxes") == 0) {
        answer(reply, "cmd=maxes kvsname_max=%d keylen_max=%d vallen_max=%d rc=0\n", PMI_MAX_NAME, PMI_MAX_KEY,
               PMI_MAX_VALUE);
    } else if (strcmp(command, "get_appnum") == 0) {
        answer(reply, "cmd=appnum appnum=0 rc=0\n");
    } else if (strcmp(command, "get_my_kvsname") == 0) {
        answer(reply, "cmd=my_kvsname kvsname=%s rc=0\n", table->name);
    } else if (strcmp(command, "get_universe_size") == 0) {
        answer(reply, "cmd=universe_size size=%u rc=0\n", table->size);
    } else if (strcmp(command, "put") == 0) {
        serve_put(table, line, reply);
    } else if (strcmp(command, "get") == 0) {
        serve_get(table, line, reply);
    } else if (strcmp(command, "barrier_in") == 0) {
        return PMI_IN_BARRIER;
    } else if (strcmp(command, "finalize") == 0) {
        rank->finalized = true;
        answer(reply, "cmd=finalize_ack rc=0\n");
        return PMI_FINALIZED;
    } else if (strcmp(command, "abort") == 0) {
        rank->abort_code = word(line, "exitcode", number, sizeof number) ? (uint32_t)strtol(number, NULL, 10) & 255 : 1;
        return PMI_ABORTED;
    } else {
        answer(reply, "cmd=%s_result rc=-1 msg=unknown_command\n", command);
    }
    return PMI_GOES_ON;
}

void pmi_free(struct pmi_table *table) {
    for (size_t i = 0; i < CHAINS; i++) {
        while (table->chains[i] != NULL) {
            struct pmi_entry *gone = table->chains[i];
            table->chains[i] = gone->next;
            free(gone->key);
            free(gone);
        }
    }
    buffer_free(&table->news);
}
