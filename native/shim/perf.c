#define _GNU_SOURCE
#if defined(__x86_64__)
#include <cpuid.h>
#endif
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "counters.h"
#include "shim.h"

/* One event of the kernel; `leader` is counted at the same times, so that their ratio is right. */
struct event {
    uint32_t type;
    uint64_t config;
    uint16_t leader;
};

static const struct event events[COUNTER_PERF_LAST + 1] = {
    [COUNTER_CYCLES] = {PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES, 0},
    [COUNTER_INSTRUCTIONS] = {PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS, COUNTER_CYCLES},
    [COUNTER_CACHE_REFERENCES] = {PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_REFERENCES, 0},
    [COUNTER_CACHE_MISSES] = {PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES, COUNTER_CACHE_REFERENCES},
    [COUNTER_BRANCHES] = {PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_INSTRUCTIONS, 0},
    [COUNTER_BRANCH_MISSES] = {PERF_TYPE_HARDWARE, PERF_COUNT_HW_BRANCH_MISSES, COUNTER_BRANCHES},
    [COUNTER_STALLED_FRONTEND] = {PERF_TYPE_HARDWARE, PERF_COUNT_HW_STALLED_CYCLES_FRONTEND, 0},
    [COUNTER_STALLED_BACKEND] = {PERF_TYPE_HARDWARE, PERF_COUNT_HW_STALLED_CYCLES_BACKEND, 0},
    [COUNTER_TASK_CLOCK] = {PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK, 0},
    [COUNTER_PAGE_FAULTS] = {PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS, 0},
    [COUNTER_MAJOR_FAULTS] = {PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS_MAJ, 0},
    [COUNTER_CONTEXT_SWITCHES] = {PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES, 0},
    [COUNTER_MIGRATIONS] = {PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_MIGRATIONS, 0},
    /* Their events are found by the processor. */
    [COUNTER_FLOAT_1] = {PERF_TYPE_RAW, 1, 0},
    [COUNTER_FLOAT_2] = {PERF_TYPE_RAW, 2, 0},
    [COUNTER_FLOAT_4] = {PERF_TYPE_RAW, 4, 0},
    [COUNTER_FLOAT_8] = {PERF_TYPE_RAW, 8, 0},
    [COUNTER_FLOAT_16] = {PERF_TYPE_RAW, 16, 0},
};

uint64_t counters_float_event(const char *maker, unsigned family, unsigned model, uint64_t operations) {
    /* From Broadwell on, without those whose cores are of two kinds: scalar, 128 bits, 128 and 256, 256 and 512, 512. */
    static const uint8_t intel_models[] = {61,  71,  79,  86,  78,  94,  85,  142, 158, 165, 166, 102,
                                           125, 126, 106, 108, 140, 141, 167, 143, 207, 173, 174};
    static const uint16_t intel_events[] = {[1] = 0x03c7, [2] = 0x04c7, [4] = 0x18c7, [8] = 0x60c7, [16] = 0x80c7};
    if (strcmp(maker, "GenuineIntel") == 0 && family == 6 && model <= UINT8_MAX &&
        memchr(intel_models, (int)model, sizeof intel_models) != NULL) {
        return intel_events[operations];
    }
    /*
     * Arm, by implementer and part: element operations of scalars and vectors of 128 bits, and for each 128 bits those of
     * longer vectors, which have 256 bits in Neoverse V1 and 512 in A64FX.
     */
    uint64_t parts = family == 0x41 && model == 0xd40 ? 2 : family == 0x46 && model == 0x001 ? 4 : 0;
    if (strcmp(maker, "arm") == 0) {
        return parts == 0 ? 0 : operations == 1 ? 0x80c1 : operations == parts ? 0x80c0 : 0;
    }
    /* Zen: the first has a bit for each of single and double precision. */
    bool is_zen = strcmp(maker, "AuthenticAMD") == 0 && (family == 0x17 || family == 0x19 || family == 0x1a);
    return !is_zen || operations != 1 ? 0 : family == 0x17 && model < 0x30 ? 0xff03 : 0x0f03;
}

static uint64_t float_event(uint64_t operations) {
#if defined(__x86_64__)
    union {
        unsigned words[4];
        char text[16];
    } maker = {{0}};
    unsigned version = 0;
    unsigned rest[3];
    if (__get_cpuid(0, &version, &maker.words[0], &maker.words[2], &maker.words[1]) != 0 &&
        __get_cpuid(1, &version, &rest[0], &rest[1], &rest[2]) != 0) {
        unsigned family = (version >> 8 & 15) == 15 ? 15 + (version >> 20 & 255) : version >> 8 & 15;
        return counters_float_event(maker.text, family, (version >> 12 & 240) | (version >> 4 & 15), operations);
    }
#elif defined(__aarch64__)
    char text[32] = {0};
    int fd = open("/sys/devices/system/cpu/cpu0/regs/identification/midr_el1", O_RDONLY | O_CLOEXEC);
    unsigned long midr = fd >= 0 && read(fd, text, sizeof text - 1) > 0 ? strtoul(text, NULL, 16) : 0;
    if (fd >= 0) {
        close(fd);
    }
    return counters_float_event("arm", midr >> 24 & 0xff, midr >> 4 & 0xfff, operations);
#endif
    return counters_float_event("", 0, 0, operations);
}

static int open_event(const struct event *event, pid_t pid, int group, int on_exec, int user_only) {
    struct perf_event_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.size = sizeof attributes;
    attributes.type = event->type;
    attributes.config = event->type == PERF_TYPE_RAW ? float_event(event->config) : event->config;
    if (event->type == PERF_TYPE_RAW && attributes.config == 0) {
        errno = ENOENT;
        return -1;
    }
    attributes.inherit = 1;
    attributes.disabled = on_exec != 0 && group < 0;
    attributes.enable_on_exec = attributes.disabled;
    attributes.exclude_kernel = user_only != 0;
    attributes.exclude_hv = user_only != 0;
    attributes.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
    return (int)syscall(SYS_perf_event_open, &attributes, pid, -1, group, PERF_FLAG_FD_CLOEXEC);
}

/* Where only the own programs may be counted, these are. */
static int open_allowed(const struct event *event, pid_t pid, int group, int on_exec, uint8_t *user_only) {
    *user_only = 0;
    int fd = open_event(event, pid, group, on_exec, 0);
    if (fd < 0 && (errno == EACCES || errno == EPERM)) {
        *user_only = 1;
        fd = open_event(event, pid, group, on_exec, 1);
    }
    return fd;
}

int32_t shim_abi_version(void) {
    return SHIM_ABI_VERSION;
}

int32_t shim_perf_open(int32_t counter, int32_t pid, int32_t on_exec) {
    uint8_t user_only = 0;
    if (counter < COUNTER_CYCLES || counter > COUNTER_PERF_LAST) {
        return -EINVAL;
    }
    int fd = open_allowed(&events[counter], pid, -1, on_exec, &user_only);
    return fd < 0 ? -errno : fd;
}

int32_t shim_perf_read(int32_t fd, uint64_t values[3]) {
    ssize_t length = read(fd, values, 3 * sizeof values[0]);
    return length == (ssize_t)(3 * sizeof values[0]) ? 0 : length < 0 ? -errno : -EIO;
}

int32_t shim_close(int32_t fd) {
    return close(fd) == 0 ? 0 : -errno;
}

void counters_probe(uint8_t absent[COUNTER_PERF_LAST + 1]) {
    for (int id = COUNTER_CYCLES; id <= COUNTER_PERF_LAST; id++) {
        uint8_t user_only = 0;
        int fd = open_allowed(&events[id], 0, -1, 1, &user_only);
        int cause = fd < 0 ? errno : 0;
        absent[id] = cause == ENOENT || cause == ENODEV || cause == EOPNOTSUPP || cause == ENOSYS ? (uint8_t)cause : 0;
        if (fd >= 0) {
            close(fd);
        }
    }
}

void counters_open(struct run_counters *counters, const uint8_t absent[COUNTER_PERF_LAST + 1]) {
    for (int id = COUNTER_CYCLES; id <= COUNTER_PERF_LAST; id++) {
        const struct event *event = &events[id];
        int group = event->leader == 0 ? -1 : counters->fd[event->leader];
        counters->fd[id] = -1;
        counters->cause[id] = absent[id];
        if (absent[id] != 0) {
            continue;
        }
        counters->fd[id] = open_allowed(event, 0, group, 1, &counters->user_only[id]);
        if (counters->fd[id] < 0 && group >= 0) {
            counters->fd[id] = open_allowed(event, 0, -1, 1, &counters->user_only[id]);
        }
        counters->cause[id] = counters->fd[id] < 0 ? errno : 0;
    }
}

void counter_lacks(struct counter_value *value, int cause) {
    bool absent = cause == ENOENT || cause == ENODEV || cause == EOPNOTSUPP || cause == ENOSYS;
    bool forbidden = cause == EACCES || cause == EPERM;
    value->state = absent ? COUNTER_UNSUPPORTED : forbidden ? COUNTER_FORBIDDEN : COUNTER_FAILED;
    value->cause = (uint32_t)cause;
}

/* An event that had its register for a part of the time is scaled up to the whole. */
static void scale(struct counter_value *value, const uint64_t read[3], uint8_t user_only) {
    uint64_t enabled = read[1];
    uint64_t running = read[2];
    value->state = user_only ? COUNTER_USER_ONLY : COUNTER_EXACT;
    value->value = read[0];
    if (enabled > 0 && running == 0) {
        value->state = COUNTER_NOT_RUN;
        value->value = 0;
    } else if (running < enabled) {
        value->state = COUNTER_SCALED;
        value->cause = (uint32_t)((long double)running / (long double)enabled * 1000);
        value->value = (uint64_t)((long double)read[0] * (long double)enabled / (long double)running + 0.5L);
    }
}

int counter_read_event(int fd, struct counter_value *value) {
    uint64_t read[3];
    int cause = -shim_perf_read(fd, read);
    if (cause == 0) {
        scale(value, read, 0);
    }
    return cause;
}

size_t counters_read(const struct run_counters *counters, struct counter_value *values) {
    size_t count = 0;
    for (int id = COUNTER_CYCLES; id <= COUNTER_PERF_LAST; id++) {
        struct counter_value *value = &values[count++];
        uint64_t read[3];
        *value = (struct counter_value){.id = (uint16_t)id};
        int cause = counters->cause[id];
        if (cause == 0) {
            cause = -shim_perf_read(counters->fd[id], read);
        }
        if (cause == 0) {
            scale(value, read, counters->user_only[id]);
        } else {
            counter_lacks(value, cause);
        }
    }
    return count;
}
