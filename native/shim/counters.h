/* The counters of a run: their numbers, and what a monitor leaves of them behind an exit record. */
#ifndef QUEQIAO_COUNTERS_H
#define QUEQIAO_COUNTERS_H

#include <stddef.h>
#include <stdint.h>

/* Part of the contract (docs/counters.md): never change or reuse a number. */
enum counter {
    COUNTER_CYCLES = 1,
    COUNTER_INSTRUCTIONS = 2,
    COUNTER_CACHE_REFERENCES = 3,
    COUNTER_CACHE_MISSES = 4,
    COUNTER_BRANCHES = 5,
    COUNTER_BRANCH_MISSES = 6,
    COUNTER_STALLED_FRONTEND = 7,
    COUNTER_STALLED_BACKEND = 8,
    COUNTER_TASK_CLOCK = 9,
    COUNTER_PAGE_FAULTS = 10,
    COUNTER_MAJOR_FAULTS = 11,
    COUNTER_CONTEXT_SWITCHES = 12,
    COUNTER_MIGRATIONS = 13,
    COUNTER_FLOAT_1 = 14, /* floating-point instructions of one operation, of two, and so on */
    COUNTER_FLOAT_2 = 15,
    COUNTER_FLOAT_4 = 16,
    COUNTER_FLOAT_8 = 17,
    COUNTER_FLOAT_16 = 18,
    COUNTER_PERF_LAST = 18,
    COUNTER_TRAFFIC = 19, /* not a value: the map of received and sent bytes, as it is handed out */
    COUNTER_CPU_USER = 20,
    COUNTER_CPU_SYSTEM = 21,
    COUNTER_LARGEST_PROCESS = 23,
    COUNTER_READ_BYTES = 24,
    COUNTER_WRITTEN_BYTES = 25,
    COUNTER_STORAGE_READ_BYTES = 26,
    COUNTER_STORAGE_WRITTEN_BYTES = 27,
    COUNTER_MEMORY = 28,
    COUNTER_RECEIVED_BYTES = 55,
    COUNTER_SENT_BYTES = 56
};

/* How far the value of an entry can be believed; from COUNTER_UNSUPPORTED on there is none. */
enum counter_state {
    COUNTER_EXACT = 0,
    COUNTER_SCALED = 1,      /* the event had to share its register: scaled up by the time it counted */
    COUNTER_USER_ONLY = 2,   /* the kernel's own work is not in it */
    COUNTER_UNSUPPORTED = 3, /* this machine has no such event */
    COUNTER_FORBIDDEN = 4,   /* this process may not count it */
    COUNTER_FAILED = 5,      /* another error, in `cause` */
    COUNTER_NOT_RUN = 6      /* the event never got a register */
};

struct counter_value {
    uint16_t id;
    uint8_t state;
    uint32_t cause; /* errno, or for a scaled value the parts per thousand of the time that it counted */
    uint64_t value;
};

enum counters_limit { MAX_COUNTERS = 32, COUNTERS_HEADER_BYTES = 8, COUNTER_BYTES = 16 };

enum { COUNTERS_BYTES = COUNTERS_HEADER_BYTES + MAX_COUNTERS * COUNTER_BYTES + 4 };

/* Where an agent takes what monitors hand out, in the spool, by a number of its choice. */
#define HANDOUT_FOLDER "counters"
#define HANDOUT_PLACE HANDOUT_FOLDER "/%u"

/* The abstract address at which monitors of before look for it: anybody can take a number there, or connect. */
#define HANDOUT_NAME "queqiao-counters-%u"

enum { HANDOUT_NUMBERS = 3600000 };

/* The open events of one run; a descriptor is -1 where `cause` says why there is none. */
struct run_counters {
    int fd[COUNTER_PERF_LAST + 1];
    int cause[COUNTER_PERF_LAST + 1];
    uint8_t user_only[COUNTER_PERF_LAST + 1];
    int traffic;
    int traffic_cause;
};

/*
 * Which events this machine does not have at all: 0, or the errno of each. Asked once, since to ask
 * for each of them again with every run would be felt.
 */
void counters_probe(uint8_t absent[COUNTER_PERF_LAST + 1]);

/*
 * The raw event by which a processor counts floating-point instructions of so many operations each, or 0. AMD counts
 * operations, so all of them are those of one.
 */
uint64_t counters_float_event(const char *maker, unsigned family, unsigned model, uint64_t operations);

/*
 * Opens all events but the absent ones for what the caller starts from now on; each counts from its
 * execve on.
 */
void counters_open(struct run_counters *counters, const uint8_t absent[COUNTER_PERF_LAST + 1]);

/* Bytes received and sent so far, of the map of a run. 0, or the errno. */
int counters_read_traffic(int fd, uint64_t values[2]);

/* There is no value, for this errno. */
void counter_lacks(struct counter_value *value, int cause);

/* Reads and scales one event. 0, or the errno. */
int counter_read_event(int fd, struct counter_value *value);

/*
 * Adds what all that the caller started and waited for has read and written, in bytes; without what
 * the caller itself did. `values` has room for four more.
 */
size_t counters_read_io(struct counter_value *values);

/* Adds what was received and sent; `values` has room for two more. */
size_t counters_add_traffic(const struct run_counters *counters, struct counter_value *values);

/*
 * Adds the largest resident set of a process that the caller waited for, and puts what the kernel
 * counts anyway in the place of events that could not be opened. Returns how many were added.
 */
size_t counters_read_usage(struct counter_value *values, size_t count);

/* What was counted so far; `values` has room for MAX_COUNTERS. Returns how many there are. */
size_t counters_read(const struct run_counters *counters, struct counter_value *values);

/* u32 magic | u16 version = 1 | u16 count | entries of 16 bytes | u32 CRC-32 of all before it. Returns the length. */
size_t counters_encode(const struct counter_value *values, size_t count, uint8_t bytes[COUNTERS_BYTES]);

#endif
