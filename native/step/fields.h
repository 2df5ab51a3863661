/* Fields of frames, one after the other; what is missing makes the whole frame bad. */
#ifndef QUEQIAO_STEP_FIELDS_H
#define QUEQIAO_STEP_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "../launcher/bytes.h"
#include "channel.h"

struct fields {
    const uint8_t *at, *end;
    bool bad;
};

static inline const uint8_t *fields_take(struct fields *fields, size_t length) {
    if (fields->bad || (size_t)(fields->end - fields->at) < length) {
        fields->bad = true;
        return NULL;
    }
    const uint8_t *taken = fields->at;
    fields->at += length;
    return taken;
}

static inline uint16_t fields_u16(struct fields *fields) {
    const uint8_t *bytes = fields_take(fields, 2);
    return bytes == NULL ? 0 : get_u16(bytes);
}

static inline uint32_t fields_u32(struct fields *fields) {
    const uint8_t *bytes = fields_take(fields, 4);
    return bytes == NULL ? 0 : get_u32(bytes);
}

/* A text that carries its own NUL; "" when the frame is bad. */
static inline const char *fields_string(struct fields *fields) {
    uint32_t length = fields_u32(fields);
    const uint8_t *bytes = fields_take(fields, length);
    if (bytes == NULL || length == 0 || memchr(bytes, 0, length) != bytes + length - 1) {
        fields->bad = true;
        return "";
    }
    return (const char *)bytes;
}

static inline void add_u16(struct buffer *buffer, size_t value) {
    uint8_t bytes[2];
    put_u16(bytes, (uint16_t)value);
    buffer_add(buffer, bytes, sizeof bytes);
}

static inline void add_u32(struct buffer *buffer, size_t value) {
    uint8_t bytes[4];
    put_u32(bytes, (uint32_t)value);
    buffer_add(buffer, bytes, sizeof bytes);
}

static inline void add_string(struct buffer *buffer, const char *text) {
    size_t length = strlen(text) + 1;
    add_u32(buffer, length);
    buffer_add(buffer, text, length);
}

#endif
