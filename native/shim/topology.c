/* How the processors and memory of a machine lie, as the kernel shows it below /sys/devices/system. */
#define _GNU_SOURCE
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "files.h"
#include "shim.h"

static const char cpus_folder[] = "sys/devices/system/cpu";
static const char nodes_folder[] = "sys/devices/system/node";

/* The NUMA node that each CPU is of; -1 where none names it. */
static void find_numa(const char *root, int32_t count, int32_t cpus[][SHIM_CPU_FIELDS]) {
    char online[FILES_TEXT_BYTES];
    char list[FILES_TEXT_BYTES];
    const char *at = online;
    int32_t last = 0;
    if (files_text(online, root, "%s/online", nodes_folder) != 0) {
        return;
    }
    for (int32_t node = 0; (node = files_next(&at, &last)) >= 0;) {
        for (; node <= last; node++) {
            int32_t end = 0;
            const char *each = list;
            if (files_text(list, root, "%s/node%d/cpulist", nodes_folder, node) != 0) {
                continue;
            }
            for (int32_t cpu = 0; (cpu = files_next(&each, &end)) >= 0;) {
                for (int32_t i = 0; i < count; i++) {
                    bool of_this = cpus[i][SHIM_CPU_NUMBER] >= cpu && cpus[i][SHIM_CPU_NUMBER] <= end;
                    cpus[i][SHIM_CPU_NUMA] = of_this ? node : cpus[i][SHIM_CPU_NUMA];
                }
            }
        }
    }
}

static int32_t place(const char *root, int32_t cpu, const char *file) {
    int64_t value = -1;
    return files_number(&value, root, "%s/cpu%d/topology/%s", cpus_folder, cpu, file) == 0 && value >= 0 && value <= INT32_MAX
               ? (int32_t)value
               : -1;
}

int32_t shim_topology_cpus(const char *root, int32_t cpus[][SHIM_CPU_FIELDS], int32_t most) {
    char online[FILES_TEXT_BYTES];
    const char *at = online;
    int32_t count = 0;
    int32_t last = 0;
    int32_t cause = files_text(online, root, "%s/online", cpus_folder);
    if (cause != 0) {
        return cause;
    }
    for (int32_t cpu = 0; (cpu = files_next(&at, &last)) >= 0;) {
        for (; cpu <= last; cpu++, count++) {
            if (count == most) {
                return -E2BIG;
            }
            cpus[count][SHIM_CPU_NUMBER] = cpu;
            cpus[count][SHIM_CPU_CORE] = place(root, cpu, "core_id");
            cpus[count][SHIM_CPU_PACKAGE] = place(root, cpu, "physical_package_id");
            cpus[count][SHIM_CPU_NUMA] = -1;
        }
    }
    find_numa(root, count, cpus);
    return count == 0 ? -ENODATA : count;
}
