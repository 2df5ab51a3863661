/* A growing block of bytes, big-endian. */
#ifndef QUEQIAO_SLURM_BYTES_H
#define QUEQIAO_SLURM_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
    uint8_t *at;
    size_t used;
    size_t room;
    bool failed;
};

void put_u32(struct bytes *bytes, uint32_t value);
void put_u64(struct bytes *bytes, uint64_t value);
void put_i64(struct bytes *bytes, int64_t value);

/* Length and bytes; a text that is not there is an empty one. */
void put_text(struct bytes *bytes, const char *text);

/* Overwrites a number written before. */
void set_u32(struct bytes *bytes, size_t offset, uint32_t value);

/* Reads a number of so many bytes. */
uint64_t read_number(const uint8_t *at, size_t size);

/* Hands the block out, or the error when it could not grow. */
int32_t hand_out(struct bytes *bytes, uint8_t **answer, uint64_t *length);

/* Hands out an error number and its text. */
int32_t hand_error(int32_t error, const char *text, uint8_t **answer, uint64_t *length);

/* Hands out the error that libslurm has just reported. */
int32_t hand_slurm_error(uint8_t **answer, uint64_t *length);

#endif
