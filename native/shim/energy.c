/*
 * Energy of processor packages and their memory: from powercap, which Intel's and AMD's RAPL share, and
 * where only root may read it (the usual setting) from the PMU `power`, if this process may count it.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "files.h"
#include "shim.h"

static const char zones_folder[] = "sys/class/powercap";
static const char pmu_folder[] = "sys/bus/event_source/devices/power";

/* Which domain a zone is of, by its name: package-0, dram; others are parts of a package. */
static int32_t domain_of(const char *name) {
    return strncmp(name, "package", 7) == 0 ? SHIM_ENERGY_PACKAGE : strcmp(name, "dram") == 0 ? SHIM_ENERGY_MEMORY : -1;
}

static int32_t add_zone(const char *root, const char *zone, int64_t zones[][SHIM_ENERGY_FIELDS], int32_t *count, int32_t most) {
    char name[FILES_TEXT_BYTES];
    int64_t microjoules = 0;
    int64_t range = 0;
    int32_t cause = files_text(name, root, "%s/%s/name", zones_folder, zone);
    int32_t domain = cause == 0 ? domain_of(name) : -1;
    if (domain < 0) {
        return 0;
    }
    cause = files_number(&microjoules, root, "%s/%s/energy_uj", zones_folder, zone);
    if (cause == 0) {
        cause = files_number(&range, root, "%s/%s/max_energy_range_uj", zones_folder, zone);
    }
    if (cause != 0 || *count == most) {
        return cause != 0 ? cause : -E2BIG;
    }
    zones[*count][SHIM_ENERGY_DOMAIN] = domain;
    zones[*count][SHIM_ENERGY_UJ] = microjoules;
    zones[(*count)++][SHIM_ENERGY_RANGE_UJ] = range;
    return 0;
}

static int by_name(const struct dirent **left, const struct dirent **right) {
    return strcmp((*left)->d_name, (*right)->d_name);
}

static int is_zone(const struct dirent *entry) {
    return strncmp(entry->d_name, "intel-rapl:", 11) == 0;
}

int32_t shim_energy_read(const char *root, int64_t zones[][SHIM_ENERGY_FIELDS], int32_t most) {
    char path[FILES_PATH_BYTES];
    struct dirent **entries = NULL;
    int32_t count = 0;
    int32_t cause = 0;
    snprintf(path, sizeof path, "%s/%s", root, zones_folder);
    /* In an order that stays, so that a caller may follow each. */
    int found = scandir(path, &entries, is_zone, by_name);
    for (int i = 0; i < found; i++) {
        cause = cause == 0 ? add_zone(root, entries[i]->d_name, zones, &count, most) : cause;
        free(entries[i]);
    }
    free(entries);
    return cause != 0 ? cause : count == 0 ? -ENOENT : count;
}

/* The processor that counts for the package of that number, as the PMU lists one for each. */
static int32_t reader_of(const char *root, int32_t package, int32_t *cpu) {
    char mask[FILES_TEXT_BYTES];
    const char *at = mask;
    int32_t last = 0;
    int32_t cause = files_text(mask, root, "%s/cpumask", pmu_folder);
    for (*cpu = 0; cause == 0 && (*cpu = files_next(&at, &last)) >= 0;) {
        for (; *cpu <= last; (*cpu)++, package--) {
            if (package == 0) {
                return 0;
            }
        }
    }
    return cause != 0 ? cause : -ENODEV;
}

int32_t shim_energy_open(const char *root, int32_t domain, int32_t package, int64_t *femtojoules) {
    static const char *const events[] = {"energy-pkg", "energy-ram"};
    char text[FILES_TEXT_BYTES];
    int64_t type = 0;
    int32_t cpu = 0;
    if (domain < 0 || domain > SHIM_ENERGY_MEMORY || package < 0) {
        return -EINVAL;
    }
    int32_t cause = files_number(&type, root, "%s/type", pmu_folder);
    cause = cause != 0 ? cause : reader_of(root, package, &cpu);
    cause = cause != 0 ? cause : files_text(text, root, "%s/events/%s.scale", pmu_folder, events[domain]);
    *femtojoules = cause != 0 ? 0 : (int64_t)(files_decimal(text) * 1e15);
    cause = cause != 0 ? cause : *femtojoules <= 0 ? -ENOTSUP : 0;
    cause = cause != 0 ? cause : files_text(text, root, "%s/events/%s", pmu_folder, events[domain]);
    if (cause != 0) {
        return cause;
    }
    struct perf_event_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.size = sizeof attributes;
    attributes.type = (uint32_t)type;
    attributes.config = strtoull(strncmp(text, "event=", 6) == 0 ? text + 6 : text, NULL, 0);
    attributes.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
    int fd = (int)syscall(SYS_perf_event_open, &attributes, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
    return fd < 0 ? -errno : fd;
}
