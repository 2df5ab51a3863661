#define _GNU_SOURCE
#include "counters.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bytes.h"
#include "record.h"

static const uint32_t counters_magic = 0x51514354;

size_t counters_encode(const struct counter_value *values, size_t count, uint8_t bytes[COUNTERS_BYTES]) {
    uint8_t *at = bytes + COUNTERS_HEADER_BYTES;
    put_u32(bytes, counters_magic);
    put_u16(bytes + 4, 1);
    put_u16(bytes + 6, (uint16_t)count);
    for (size_t i = 0; i < count; i++, at += COUNTER_BYTES) {
        put_u16(at, values[i].id);
        at[2] = values[i].state;
        at[3] = 0;
        put_u32(at + 4, values[i].cause);
        put_u64(at + 8, values[i].value);
    }
    put_u32(at, crc32_ieee(bytes, (size_t)(at - bytes)));
    return (size_t)(at - bytes) + 4;
}

enum { IO_COUNTERS = 4 };

static const char *const io_keys[IO_COUNTERS] = {"rchar: ", "wchar: ", "\nread_bytes: ", "\nwrite_bytes: "};

/* 0, or the errno. */
static int read_io_file(const char *path, uint64_t values[IO_COUNTERS]) {
    char text[512];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return errno;
    }
    ssize_t length = read(fd, text, sizeof text - 1);
    int cause = length < 0 ? errno : 0;
    close(fd);
    text[length < 0 ? 0 : length] = 0;
    for (int i = 0; i < IO_COUNTERS && cause == 0; i++) {
        const char *found = strstr(text, io_keys[i]);
        cause = found == NULL ? ENODATA : 0;
        values[i] = found == NULL ? 0 : strtoull(found + strlen(io_keys[i]), NULL, 10);
    }
    return cause;
}

size_t counters_read_io(struct counter_value *values) {
    uint64_t all[IO_COUNTERS];
    uint64_t own[IO_COUNTERS];
    int cause = read_io_file("/proc/self/io", all);
    if (cause == 0) {
        cause = read_io_file("/proc/thread-self/io", own);
    }
    for (int i = 0; i < IO_COUNTERS; i++) {
        uint64_t value = cause != 0 || all[i] < own[i] ? 0 : all[i] - own[i];
        values[i] = (struct counter_value){.id = (uint16_t)(COUNTER_READ_BYTES + i), .value = value};
        if (cause != 0) {
            counter_lacks(&values[i], cause);
        }
    }
    return IO_COUNTERS;
}

size_t counters_add_traffic(const struct run_counters *counters, struct counter_value *values) {
    uint64_t counted[2] = {0, 0};
    int cause = counters->traffic < 0 ? counters->traffic_cause : counters_read_traffic(counters->traffic, counted);
    for (int i = 0; i < 2; i++) {
        values[i] = (struct counter_value){.id = (uint16_t)(COUNTER_RECEIVED_BYTES + i), .value = counted[i]};
        if (cause != 0) {
            counter_lacks(&values[i], cause);
        }
    }
    return 2;
}

static void replace(struct counter_value *value, uint64_t counted) {
    if (value->state >= COUNTER_UNSUPPORTED) {
        *value = (struct counter_value){.id = value->id, .value = counted};
    }
}

size_t counters_read_usage(struct counter_value *values, size_t count) {
    struct rusage usage;
    if (getrusage(RUSAGE_CHILDREN, &usage) != 0) {
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        if (values[i].id == COUNTER_PAGE_FAULTS) {
            replace(&values[i], (uint64_t)(usage.ru_minflt + usage.ru_majflt));
        } else if (values[i].id == COUNTER_MAJOR_FAULTS) {
            replace(&values[i], (uint64_t)usage.ru_majflt);
        } else if (values[i].id == COUNTER_CONTEXT_SWITCHES) {
            replace(&values[i], (uint64_t)(usage.ru_nvcsw + usage.ru_nivcsw));
        }
    }
    values[count] =
        (struct counter_value){.id = COUNTER_LARGEST_PROCESS, .value = (uint64_t)usage.ru_maxrss * 1024};
    return 1;
}
