#define _GNU_SOURCE
#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bytes.h"

static uint64_t clock_ms(clockid_t clock) {
    struct timespec now = {0, 0};
    if (clock_gettime(clock, &now) != 0 || now.tv_sec < 0) {
        return 0;
    }
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

uint64_t realtime_ms(void) {
    return clock_ms(CLOCK_REALTIME);
}

uint64_t monotonic_ms(void) {
    return clock_ms(CLOCK_MONOTONIC);
}

uint32_t crc32_ieee(const uint8_t *bytes, size_t length) {
    uint32_t crc = 0xFFFFFFFF;
    for (size_t i = 0; i < length; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ (0xEDB88320U & (0U - (crc & 1U)));
        }
    }
    return ~crc;
}

void run_name(char name[RUN_NAME_BYTES], uint64_t job_id, uint32_t attempt) {
    snprintf(name, RUN_NAME_BYTES, "%" PRIu64 ".%" PRIu32, job_id, attempt);
}

void run_file(char file[RUN_FILE_BYTES], uint64_t job_id, uint32_t attempt, const char *kind) {
    snprintf(file, RUN_FILE_BYTES, "%" PRIu64 ".%" PRIu32 ".%s", job_id, attempt, kind);
}

int write_all(int fd, const void *bytes, size_t length) {
    const uint8_t *at = bytes;
    while (length > 0) {
        ssize_t written = write(fd, at, length);
        if (written < 0 && errno != EINTR) {
            return -1;
        }
        if (written > 0) {
            at += written;
            length -= (size_t)written;
        }
    }
    return 0;
}

static void encode(uint8_t out[RECORD_BYTES], const struct exit_record *record) {
    memset(out, 0, RECORD_BYTES);
    put_u32(out, 0x51514558);
    put_u16(out + 4, 1);
    put_u16(out + 6, RECORD_BYTES);
    put_u64(out + 8, record->job_id);
    put_u32(out + 16, record->attempt);
    put_u32(out + 20, record->flags);
    put_u32(out + 24, record->exit_code);
    put_u32(out + 28, record->signal);
    put_u64(out + 32, record->start_ms);
    put_u64(out + 40, record->end_ms < record->start_ms ? record->start_ms : record->end_ms);
    put_u64(out + 48, record->user_us);
    put_u64(out + 56, record->system_us);
    put_u64(out + 64, record->max_rss_bytes);
    memcpy(out + 72, record->boot_id, BOOT_ID_BYTES);
    put_u32(out + 88, record->failed_step);
    put_u32(out + 92, record->failed_errno);
    put_u32(out + 96, record->uid);
    size_t text_length = strnlen(record->text, RECORD_TEXT_BYTES);
    put_u16(out + 104, (uint16_t)text_length);
    memcpy(out + 106, record->text, text_length);
    put_u32(out + 252, crc32_ieee(out, 252));
}

/* File systems without RENAME_NOREPLACE get the same promise from a hard link. */
static int publish(int spool_fd, const char *temporary, const char *final) {
    if (renameat2(spool_fd, temporary, spool_fd, final, RENAME_NOREPLACE) == 0) {
        return 0;
    }
    if (errno != EINVAL && errno != ENOSYS) {
        return -1;
    }
    return linkat(spool_fd, temporary, spool_fd, final, 0) == 0 ? unlinkat(spool_fd, temporary, 0) : -1;
}

static int write_temporary(int fd, gid_t group, const struct exit_record *record, const uint8_t *more, size_t length) {
    uint8_t bytes[RECORD_BYTES];
    encode(bytes, record);
    if (fchown(fd, (uid_t)-1, group) != 0 || fchmod(fd, 0640) != 0) {
        return -1;
    }
    return write_all(fd, bytes, sizeof bytes) == 0 && write_all(fd, more, length) == 0 ? fsync(fd) : -1;
}

int record_write(int spool_fd, gid_t group, const struct exit_record *record, const uint8_t *more, size_t length) {
    char temporary[RUN_FILE_BYTES + 32];
    char final[RUN_FILE_BYTES];
    run_file(final, record->job_id, record->attempt, "exit");
    snprintf(temporary, sizeof temporary, ".%s.%ld", final, (long)getpid());
    if (unlinkat(spool_fd, temporary, 0) != 0 && errno != ENOENT) {
        return -1;
    }
    int fd = openat(spool_fd, temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0) {
        return -1;
    }
    int result = write_temporary(fd, group, record, more, length);
    if (close(fd) != 0) {
        result = -1;
    }
    if (result == 0) {
        result = publish(spool_fd, temporary, final);
    }
    int cause = errno;
    if (result != 0) {
        unlinkat(spool_fd, temporary, 0);
        errno = cause;
        return -1;
    }
    return fsync(spool_fd);
}
