/* Reads what the kernel counts of the packets of a run. */
#define _GNU_SOURCE
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "counters.h"

int counters_read_traffic(int fd, uint64_t values[2]) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const volatile uint64_t *map = mmap(NULL, page, PROT_READ, MAP_SHARED, fd, 0);
    if (map == MAP_FAILED) {
        return errno;
    }
    values[0] = map[0];
    values[1] = map[1];
    return munmap((void *)(uintptr_t)map, page) == 0 ? 0 : errno;
}
