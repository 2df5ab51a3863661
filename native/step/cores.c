#define _GNU_SOURCE
#include "cores.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "../launcher/bytes.h"

/* The CPUs of one core of those allowed, found by one of them. */
static void threads_of(const struct run_cores *run, unsigned cpu, cpu_set_t *threads) {
    char text[256] = {0};
    char path[512];
    snprintf(path, sizeof path, "%.400s/cpu%u/topology/thread_siblings_list", run->folder, cpu);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0) {
        close(fd);
    }
    CPU_ZERO(threads);
    CPU_SET(cpu, threads);
    const char *at = text;
    for (char *end = NULL; length > 0; at = end + 1) {
        unsigned long low = strtoul(at, &end, 10);
        unsigned long high = *end == '-' ? strtoul(end + 1, &end, 10) : low;
        for (unsigned long each = low; each <= high && each < CPU_SETSIZE; each++) {
            if (CPU_ISSET(each, run->allowed)) {
                CPU_SET(each, threads);
            }
        }
        if (*end != ',') {
            return;
        }
    }
}

/* Numbers the physical cores among the allowed CPUs, and says of each CPU which it is of (-1: not allowed). */
static int number_cores(const struct run_cores *run, int core_of[CPU_SETSIZE]) {
    int cores = 0;
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        core_of[cpu] = -1;
    }
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        cpu_set_t threads;
        if (!CPU_ISSET(cpu, run->allowed) || core_of[cpu] >= 0) {
            continue;
        }
        threads_of(run, cpu, &threads);
        for (unsigned each = cpu; each < CPU_SETSIZE; each++) {
            core_of[each] = CPU_ISSET(each, &threads) && core_of[each] < 0 ? cores : core_of[each];
        }
        cores++;
    }
    return cores;
}

/*
 * Where the run may use as many cores as its order has, those of one task are the next ones of them. Where nothing
 * confines the run it may use more, those of the node: they are counted as the node counts them, and the order has
 * their numbers, which need not be those of CPUs. Where it may use fewer somebody narrowed it down, and nothing is told.
 */
bool cores_pick(const struct run_cores *run, uint32_t first, uint32_t count, cpu_set_t *set) {
    int core_of[CPU_SETSIZE];
    int usable = number_cores(run, core_of);
    CPU_ZERO(set);
    if (usable < (int)run->count) {
        return false;
    }
    for (uint32_t i = first; i < first + count; i++) {
        int wanted = usable == (int)run->count ? (int)i : get_u16(run->numbers + (size_t)2 * i);
        for (unsigned cpu = 0; cpu < CPU_SETSIZE; cpu++) {
            if (core_of[cpu] == wanted) {
                CPU_SET(cpu, set);
            }
        }
        if (wanted >= usable) {
            return false;
        }
    }
    return true;
}
