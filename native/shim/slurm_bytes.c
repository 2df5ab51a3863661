#include "slurm_bytes.h"

#include <stdlib.h>
#include <string.h>

#include <slurm/slurm.h>
#include <slurm/slurm_errno.h>

#include "slurm_shim.h"

enum { FIRST_ROOM = 4096, BYTE = 8 };

static uint8_t *grow(struct bytes *bytes, size_t more) {
    if (bytes->failed) {
        return NULL;
    }
    if (bytes->used + more > bytes->room) {
        size_t room = bytes->room == 0 ? FIRST_ROOM : bytes->room;
        while (room < bytes->used + more) {
            room *= 2;
        }
        uint8_t *larger = realloc(bytes->at, room);
        if (larger == NULL) {
            bytes->failed = true;
            return NULL;
        }
        bytes->at = larger;
        bytes->room = room;
    }
    uint8_t *place = bytes->at + bytes->used;
    bytes->used += more;
    return place;
}

static void write_number(uint8_t *place, uint64_t value, int size) {
    for (int i = size - 1; i >= 0; i--) {
        place[i] = (uint8_t)(value & UINT8_MAX);
        value >>= BYTE;
    }
}

void put_u32(struct bytes *bytes, uint32_t value) {
    uint8_t *place = grow(bytes, sizeof value);
    if (place != NULL) {
        write_number(place, value, (int)sizeof value);
    }
}

void put_u64(struct bytes *bytes, uint64_t value) {
    uint8_t *place = grow(bytes, sizeof value);
    if (place != NULL) {
        write_number(place, value, (int)sizeof value);
    }
}

void put_i64(struct bytes *bytes, int64_t value) {
    put_u64(bytes, (uint64_t)value);
}

void put_text(struct bytes *bytes, const char *text) {
    size_t length = text == NULL ? 0 : strlen(text);
    put_u32(bytes, (uint32_t)length);
    uint8_t *place = length == 0 ? NULL : grow(bytes, length);
    if (place != NULL) {
        memcpy(place, text, length);
    }
}

void set_u32(struct bytes *bytes, size_t offset, uint32_t value) {
    if (!bytes->failed) {
        write_number(bytes->at + offset, value, (int)sizeof value);
    }
}

uint64_t read_number(const uint8_t *at, size_t size) {
    uint64_t value = 0;
    for (size_t i = 0; i < size; i++) {
        value = value << BYTE | at[i];
    }
    return value;
}

int32_t hand_out(struct bytes *bytes, uint8_t **answer, uint64_t *length) {
    if (bytes->failed) {
        free(bytes->at);
        *answer = NULL;
        *length = 0;
        return SLURM_SHIM_NO_MEMORY;
    }
    *answer = bytes->at;
    *length = bytes->used;
    return 0;
}

int32_t hand_error(int32_t error, const char *text, uint8_t **answer, uint64_t *length) {
    struct bytes bytes = {0};
    put_text(&bytes, text);
    int32_t failed = hand_out(&bytes, answer, length);
    return failed != 0 ? failed : error;
}

int32_t hand_slurm_error(uint8_t **answer, uint64_t *length) {
    int error = slurm_get_errno();
    if (error == 0) {
        error = SLURM_ERROR;
    }
    return hand_error(error, slurm_strerror(error), answer, length);
}

void slurm_shim_free(uint8_t *answer) {
    free(answer);
}
