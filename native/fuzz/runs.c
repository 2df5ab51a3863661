/* The files that a launcher finds when it starts: its intents, of which those without a checksum get theirs, and a record. */
#define _GNU_SOURCE
#include <fcntl.h>

#include "bytes.h"
#include "fuzz.h"
#include "stand_in.h"

enum { SLOT = 64, PID_AT = 56, CRC_AT = 60, MOST = 16 * SLOT };

static void put_file(int folder, const char *name, const uint8_t *bytes, size_t length) {
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    MUST(fd >= 0 && write(fd, bytes, length) == (ssize_t)length && close(fd) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    uint8_t intents[MOST];
    uint8_t record[RECORD_BYTES];
    if (size < 1 || size > MOST) {
        return 0;
    }
    struct launcher *self = fuzz_launcher();
    self->node.layout.tracking[0] = 0;
    size_t length = size - 1;
    memcpy(intents, data + 1, length);
    for (size_t at = 0; at + SLOT <= length; at += SLOT) {
        if (get_u32(intents + at + CRC_AT) == 0) {
            put_u32(intents + at + CRC_AT, crc32_ieee(intents + at, PID_AT));
        }
    }
    put_file(self->runs_fd, "intents", intents, length);
    if (data[0] & 1) {
        put_file(self->spool_fd, "1.1.exit", data, size);
    }
    if (data[0] & 2) {
        put_file(self->runs_fd, "2.1.ended", data, size);
    }
    if (data[0] & 4) {
        put_file(self->runs_fd, "18446744073709551616.4294967296.script", data, size);
    }
    runs_recover(self);
    MUST(self->run_count <= length / SLOT && self->slot_count <= length / SLOT);
    for (size_t i = 0; i < self->run_count; i++) {
        struct run *run = self->runs[i];
        MUST(i == 0 || self->runs[i - 1]->job_id < run->job_id ||
             (self->runs[i - 1]->job_id == run->job_id && self->runs[i - 1]->attempt < run->attempt));
        MUST(run_find(self, run->job_id, run->attempt) == run && run->slot >= 1 && run->slot <= self->slot_count);
        bool whole = run_read_record(self, run, record);
        MUST(!whole || run->state != RUN_RUNNING);
        if (run->state == RUN_ENDED) {
            MUST(run_forget(self, run) == 0);
        }
    }
    runs_sweep(self);
    fuzz_launcher_clear();
    return 0;
}
