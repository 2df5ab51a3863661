/*
 * What the memory controllers of a machine have read and written: their PMUs, and the events of these as the kernel
 * describes them in sysfs. They count for all of a package, so they are figures of a node.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "files.h"
#include "shim.h"

static const char pmus_folder[] = "sys/bus/event_source/devices";

enum { LINE_BYTES = 64 };

/* PMUs of a name, with or without a number, and their two events: from sysfs, or written out as there. */
struct kind {
    const char *pmu;
    const char *event[2];
    bool written_out;
};

/* A machine may have several of them for the same controllers; the first that it has counts. */
static const struct kind kinds[] = {
    {"uncore_imc", {"cas_count_read", "cas_count_write"}, false},
    {"uncore_imc", {"data_reads", "data_writes"}, false},
    {"uncore_imc_free_running", {"read", "write"}, false},
    {"uncore_imc_free_running", {"data_read", "data_write"}, false},
    /* Commands to the memory of AMD's controllers from the fourth Zen on, each for a line of the cache. */
    {"amd_umc", {"event=0x0a,rdwrmask=0x1", "event=0x0a,rdwrmask=0x2"}, true},
};

static bool is_named(const char *name, const char *pmu) {
    size_t length = strlen(pmu);
    return strncmp(name, pmu, length) == 0 &&
           (name[length] == 0 || (name[length] == '_' && isdigit((unsigned char)name[length + 1])));
}

/* Puts the value of a term where the format of the PMU has it. */
static int32_t place_term(const char *root, const char *pmu, char *term, uint64_t *config) {
    char format[FILES_TEXT_BYTES];
    int low = 0;
    int high = -1;
    char *value = strchr(term, '=');
    if (value != NULL) {
        *value++ = 0;
    }
    int32_t cause = files_text(format, root, "%s/%s/format/%s", pmus_folder, pmu, term);
    if (cause != 0) {
        return cause;
    }
    int found = sscanf(format, "config:%d-%d", &low, &high);
    uint64_t number = value == NULL ? 1 : strtoull(value, NULL, 0);
    high = found == 1 ? low : high;
    if (found < 1 || low < 0 || high < low || high > 63 || (high - low < 63 && number >> (high - low + 1) != 0)) {
        return -ENOTSUP;
    }
    *config |= number << low;
    return 0;
}

static int32_t read_config(const char *root, const char *pmu, char *terms, int64_t *config) {
    uint64_t all = 0;
    int32_t cause = 0;
    char *rest = NULL;
    for (char *term = strtok_r(terms, ",", &rest); cause == 0 && term != NULL; term = strtok_r(NULL, ",", &rest)) {
        cause = place_term(root, pmu, term, &all);
    }
    *config = (int64_t)all;
    return cause;
}

static int32_t read_bytes(const char *root, const char *pmu, const char *event, int64_t *bytes) {
    char scale[FILES_TEXT_BYTES];
    char unit[FILES_TEXT_BYTES];
    int32_t cause = files_text(scale, root, "%s/%s/events/%s.scale", pmus_folder, pmu, event);
    cause = cause != 0 ? cause : files_text(unit, root, "%s/%s/events/%s.unit", pmus_folder, pmu, event);
    if (cause == 0) {
        double each = files_decimal(scale) * (strcmp(unit, "MiB") == 0 ? 1048576 : strcmp(unit, "KiB") == 0 ? 1024 : 0);
        *bytes = (int64_t)(each + 0.5);
        cause = each >= 0.5 && each < 1e9 ? 0 : -ENOTSUP;
    }
    return cause;
}

static int32_t describe(const char *root, const char *pmu, const struct kind *kind, int direction,
                        int64_t event[SHIM_MEMORY_FIELDS]) {
    char terms[FILES_TEXT_BYTES];
    int32_t cause = 0;
    event[SHIM_MEMORY_DIRECTION] = direction;
    event[SHIM_MEMORY_BYTES] = LINE_BYTES;
    if (kind->written_out) {
        snprintf(terms, sizeof terms, "%s", kind->event[direction]);
    } else {
        cause = files_text(terms, root, "%s/%s/events/%s", pmus_folder, pmu, kind->event[direction]);
        cause = cause != 0 ? cause : read_bytes(root, pmu, kind->event[direction], &event[SHIM_MEMORY_BYTES]);
    }
    cause = cause != 0 ? cause : read_config(root, pmu, terms, &event[SHIM_MEMORY_CONFIG]);
    return cause != 0 ? cause : files_number(&event[SHIM_MEMORY_TYPE], root, "%s/%s/type", pmus_folder, pmu);
}

/* Both events of a PMU, on each processor that counts for a package. */
static int32_t add_pmu(const char *root, const char *pmu, const struct kind *kind, int64_t events[][SHIM_MEMORY_FIELDS],
                       int32_t *count, int32_t most) {
    char mask[FILES_TEXT_BYTES];
    int64_t event[SHIM_MEMORY_FIELDS];
    int32_t cause = files_text(mask, root, "%s/%s/cpumask", pmus_folder, pmu);
    for (int direction = 0; direction < 2 && cause == 0; direction++) {
        const char *at = mask;
        int32_t last = 0;
        cause = describe(root, pmu, kind, direction, event);
        for (int32_t cpu = 0; cause == 0 && (cpu = files_next(&at, &last)) >= 0;) {
            for (; cause == 0 && cpu <= last; cpu++) {
                cause = *count == most ? -E2BIG : 0;
                if (cause == 0) {
                    event[SHIM_MEMORY_CPU] = cpu;
                    memcpy(events[(*count)++], event, sizeof event);
                }
            }
        }
    }
    return cause;
}

static int by_name(const struct dirent **left, const struct dirent **right) {
    return strcmp((*left)->d_name, (*right)->d_name);
}

int32_t shim_memory_events(const char *root, int64_t events[][SHIM_MEMORY_FIELDS], int32_t most) {
    char path[FILES_PATH_BYTES];
    struct dirent **entries = NULL;
    int32_t count = 0;
    int32_t result = -ENOENT;
    snprintf(path, sizeof path, "%s/%s", root, pmus_folder);
    int found = scandir(path, &entries, NULL, by_name);
    for (size_t kind = 0; kind < sizeof kinds / sizeof *kinds && result == -ENOENT; kind++) {
        count = 0;
        result = 0;
        for (int i = 0; i < found && result == 0; i++) {
            if (is_named(entries[i]->d_name, kinds[kind].pmu)) {
                result = add_pmu(root, entries[i]->d_name, &kinds[kind], events, &count, most);
            }
        }
        result = result == 0 ? (count > 0 ? count : -ENOENT) : result;
    }
    for (int i = 0; i < found; i++) {
        free(entries[i]);
    }
    free(entries);
    return result;
}

int32_t shim_memory_open(const int64_t event[SHIM_MEMORY_FIELDS]) {
    struct perf_event_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.size = sizeof attributes;
    attributes.type = (uint32_t)event[SHIM_MEMORY_TYPE];
    attributes.config = (uint64_t)event[SHIM_MEMORY_CONFIG];
    attributes.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
    int fd = (int)syscall(SYS_perf_event_open, &attributes, -1, (int)event[SHIM_MEMORY_CPU], -1, PERF_FLAG_FD_CLOEXEC);
    return fd < 0 ? -errno : fd;
}
