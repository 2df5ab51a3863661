/* The exit record: the one durable proof of how and when a run ended. */
#ifndef QUEQIAO_RECORD_H
#define QUEQIAO_RECORD_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum record_limit { RECORD_BYTES = 256, RECORD_TEXT_BYTES = 146, RUN_NAME_BYTES = 40, RUN_FILE_BYTES = 48, BOOT_ID_BYTES = 16 };

enum record_flag {
    OOM_KILLED = 1,
    LAUNCH_FAILED = 2,
    KILLED_ON_REQUEST = 4,
    MONITOR_LOST = 8,
    REBOOTED = 16,
    END_UNPROVEN = 32,
    LEFTOVERS_KILLED = 64,
    NODE_FAULT = 128,
    LEASE_OVER = 256
};

struct exit_record {
    uint64_t job_id;
    uint32_t attempt;
    uint32_t flags;
    uint32_t exit_code;
    uint32_t signal;
    uint64_t start_ms;
    uint64_t end_ms;
    uint64_t user_us;
    uint64_t system_us;
    uint64_t max_rss_bytes;
    uint8_t boot_id[BOOT_ID_BYTES];
    uint32_t failed_step;
    uint32_t failed_errno;
    uint32_t uid;
    char text[RECORD_TEXT_BYTES];
};

uint64_t realtime_ms(void);
uint64_t monotonic_ms(void);

/* CRC-32 as in IEEE 802.3. */
uint32_t crc32_ieee(const uint8_t *bytes, size_t length);

/* "<jobId>.<attempt>" */
void run_name(char name[RUN_NAME_BYTES], uint64_t job_id, uint32_t attempt);

/* "<jobId>.<attempt>.KIND", the files of a run: intent, control, script, tmp and ended, in the spool exit. */
void run_file(char file[RUN_FILE_BYTES], uint64_t job_id, uint32_t attempt, const char *kind);

/* Writes all or fails with errno. */
int write_all(int fd, const void *bytes, size_t length);

/*
 * Puts the record, followed by `length` more bytes, into the spool: another name, sync, rename without
 * replacing, sync of the directory. 0, or -1 with errno; EEXIST when the run has a record already.
 */
int record_write(int spool_fd, gid_t group, const struct exit_record *record, const uint8_t *more, size_t length);

#endif
