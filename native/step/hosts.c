#define _GNU_SOURCE
#include "hosts.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_NAME = 255, MAX_DIGITS = 9 };

struct writer {
    FILE *out;
    size_t count, most;
};

static bool put(struct writer *self, const char *prefix, size_t length, int width, unsigned long number) {
    char name[2 * MAX_NAME];
    int written = width == 0 ? snprintf(name, sizeof name, "%.*s", (int)length, prefix)
                             : snprintf(name, sizeof name, "%.*s%0*lu", (int)length, prefix, width, number);
    if (written < 1 || written > MAX_NAME || self->count == self->most) {
        return false;
    }
    return fprintf(self->out, self->count++ == 0 ? "%s" : ",%s", name) > 0;
}

/* Digits at `*at`, at most so many that they fit; their number, or 0. */
static int digits(const char **at, unsigned long *number) {
    const char *from = *at;
    int count = 0;
    for (; isdigit((unsigned char)from[count]) && count <= MAX_DIGITS; count++) {
    }
    if (count == 0 || count > MAX_DIGITS) {
        return 0;
    }
    *number = strtoul(from, NULL, 10);
    *at = from + count;
    return count;
}

/* What is in brackets; behind it is the end of the name. */
static const char *put_ranges(struct writer *self, const char *prefix, size_t length, const char *at) {
    do {
        unsigned long low = 0;
        unsigned long high = 0;
        at++;
        int width = digits(&at, &low);
        high = low;
        if (width == 0 || (*at == '-' && (at++, digits(&at, &high) == 0)) || high < low) {
            return NULL;
        }
        for (unsigned long number = low; number <= high; number++) {
            if (!put(self, prefix, length, width, number)) {
                return NULL;
            }
        }
    } while (*at == ',');
    return *at == ']' && (at[1] == ',' || at[1] == 0) ? at + 1 : NULL;
}

static bool expand(struct writer *self, const char *at) {
    for (;;) {
        size_t length = strcspn(at, ",[]");
        const char *end = at + length;
        if (length > MAX_NAME || *end == ']') {
            return false;
        }
        if (*end == '[') {
            end = put_ranges(self, at, length, end);
        } else if (length == 0 || !put(self, at, length, 0, 0)) {
            return false;
        }
        if (end == NULL || *end == 0) {
            return end != NULL;
        }
        at = end + 1;
    }
}

char *hosts_expand(const char *list, size_t most) {
    char *text = NULL;
    size_t size = 0;
    struct writer writer = {.out = open_memstream(&text, &size), .most = most};
    if (writer.out == NULL) {
        return NULL;
    }
    bool good = expand(&writer, list);
    if (fclose(writer.out) != 0 || !good) {
        free(text);
        return NULL;
    }
    return text;
}

/* A name is a stem and a number of some digits, or without one all stem. */
static int split(const char *name, size_t *stem, unsigned long *number) {
    size_t length = strlen(name);
    int width = 0;
    while (width < MAX_DIGITS && length > (size_t)width && isdigit((unsigned char)name[length - (size_t)width - 1])) {
        width++;
    }
    *stem = length - (size_t)width;
    *number = width == 0 ? 0 : strtoul(name + *stem, NULL, 10);
    return width;
}

/* Whether a name is what a range of this stem and width would make of its number. */
static bool fits(const char *name, const char *stem_of, size_t stem, int width, unsigned long *number) {
    char made[2 * MAX_NAME];
    size_t own = 0;
    if (split(name, &own, number) == 0 || own != stem || strncmp(name, stem_of, stem) != 0) {
        return false;
    }
    snprintf(made, sizeof made, "%0*lu", width, *number);
    return strcmp(name + stem, made) == 0;
}

static void put_range(FILE *out, bool first, int width, unsigned long low, unsigned long high) {
    fprintf(out, "%s%0*lu", first ? "" : ",", width, low);
    if (high > low) {
        fprintf(out, "-%0*lu", width, high);
    }
}

/* The names from `first` on that share a stem, as one; how many they are. */
static size_t put_group(FILE *out, const char *const *names, size_t count) {
    size_t stem = 0;
    size_t at = 1;
    unsigned long low = 0;
    unsigned long next = 0;
    int width = split(names[0], &stem, &low);
    unsigned long high = low;
    if (width == 0 || count == 1 || !fits(names[1], names[0], stem, width, &next)) {
        fputs(names[0], out);
        return 1;
    }
    fprintf(out, "%.*s[", (int)stem, names[0]);
    bool first = true;
    for (; at < count && fits(names[at], names[0], stem, width, &next); at++) {
        if (next != high + 1) {
            put_range(out, first, width, low, high);
            first = false;
            low = next;
        }
        high = next;
    }
    put_range(out, first, width, low, high);
    fputs("]", out);
    return at;
}

char *hosts_join(const char *const *names, size_t count) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < count;) {
        fputs(i == 0 ? "" : ",", out);
        i += put_group(out, names + i, count - i);
    }
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

uint32_t hosts_number_at(const char *list, uint32_t index) {
    while (list != NULL && *list != 0) {
        char *end = NULL;
        unsigned long number = strtoul(list, &end, 10);
        unsigned long times = strncmp(end, "(x", 2) == 0 ? strtoul(end + 2, NULL, 10) : 1;
        if (index < times) {
            return (uint32_t)number;
        }
        index -= (uint32_t)times;
        list = strchr(end, ',');
        list = list == NULL ? NULL : list + 1;
    }
    return 0;
}

static const char *item_at(const char *list, size_t index) {
    for (; list != NULL && index > 0; index--) {
        list = strchr(list, ',');
        list = list == NULL ? NULL : list + 1;
    }
    return list == NULL || *list == 0 ? NULL : list;
}

char *hosts_items(const char *list, size_t from, size_t count) {
    const char *first = item_at(list, from);
    const char *last = first == NULL || count == 0 ? NULL : item_at(first, count - 1);
    return last == NULL ? NULL : strndup(first, (size_t)(last - first) + strcspn(last, ","));
}
