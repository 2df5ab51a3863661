#define _GNU_SOURCE
#include "channel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../launcher/bytes.h"

enum { LENGTH_BYTES = 4, READ_BYTES = 64 * 1024, SPARE_BYTES = 1024 * 1024, HEADER = crypto_secretstream_xchacha20poly1305_HEADERBYTES };

static const uint32_t greeting_magic = 0x51515354; /* QQST */

static _Noreturn void no_memory(void) {
    fprintf(stderr, "queqiao: out of memory\n");
    _exit(125);
}

static void reserve(struct buffer *buffer, size_t more) {
    if (buffer->start == buffer->end) {
        buffer->start = buffer->end = 0;
    }
    if (buffer->capacity - buffer->end >= more) {
        return;
    }
    if (buffer->start > 0) {
        memmove(buffer->bytes, buffer->bytes + buffer->start, buffer->end - buffer->start);
        buffer->end -= buffer->start;
        buffer->start = 0;
    }
    if (buffer->capacity - buffer->end < more) {
        size_t wanted = buffer->end + more;
        /* What is large is not doubled: who starts a step has such a buffer for each of its nodes. */
        size_t capacity = wanted + (wanted < SPARE_BYTES ? wanted : SPARE_BYTES);
        uint8_t *bytes = realloc(buffer->bytes, capacity);
        if (bytes == NULL) {
            no_memory();
        }
        buffer->bytes = bytes;
        buffer->capacity = capacity;
    }
}

void buffer_add(struct buffer *buffer, const void *bytes, size_t length) {
    reserve(buffer, length + 1);
    if (length > 0) {
        memcpy(buffer->bytes + buffer->end, bytes, length);
    }
    buffer->end += length;
}

void buffer_free(struct buffer *buffer) {
    free(buffer->bytes);
    *buffer = (struct buffer){0};
}

/* Nothing is in it: room that was needed once is not kept. */
static void shrink(struct buffer *buffer) {
    if (buffer->start == buffer->end && buffer->capacity > 2 * SPARE_BYTES) {
        buffer_free(buffer);
    }
}

void channel_open(struct channel *channel, int fd) {
    memset(channel, 0, sizeof *channel);
    channel->fd = fd;
}

void channel_close(struct channel *channel) {
    if (channel->fd >= 0) {
        close(channel->fd);
    }
    buffer_free(&channel->in);
    buffer_free(&channel->out);
    free(channel->opened);
    sodium_memzero(channel, sizeof *channel);
    channel->fd = -1;
}

/* One key for each direction and node; the starter's also depends on the session's fresh header. */
static void derive(uint8_t out[STEP_KEY_BYTES], const uint8_t key[STEP_KEY_BYTES], char direction, const char *node,
                   const uint8_t *header) {
    crypto_generichash_state state;
    crypto_generichash_init(&state, key, STEP_KEY_BYTES, STEP_KEY_BYTES);
    crypto_generichash_update(&state, (const uint8_t *)&direction, 1);
    crypto_generichash_update(&state, (const uint8_t *)node, strlen(node) + 1);
    if (header != NULL) {
        crypto_generichash_update(&state, header, HEADER);
    }
    crypto_generichash_final(&state, out, STEP_KEY_BYTES);
}

static int send_all(int fd, const uint8_t *bytes, size_t length) {
    while (length > 0) {
        ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
        if (sent < 0 && errno != EINTR) {
            return -1;
        }
        bytes += sent > 0 ? sent : 0;
        length -= sent > 0 ? (size_t)sent : 0;
    }
    return 0;
}

static int receive_all(int fd, uint8_t *bytes, size_t length) {
    while (length > 0) {
        ssize_t got = recv(fd, bytes, length, 0);
        if (got == 0 || (got < 0 && errno != EINTR)) {
            return -1;
        }
        bytes += got > 0 ? got : 0;
        length -= got > 0 ? (size_t)got : 0;
    }
    return 0;
}

/* u32 magic | u16 length of the name | name | header: sent in the clear, and of no use without the key. */
int channel_join(struct channel *channel, int fd, const uint8_t key[STEP_KEY_BYTES], const char *node) {
    uint8_t greeting[6 + STEP_MAX_NAME + HEADER];
    uint8_t derived[STEP_KEY_BYTES];
    uint8_t reply[HEADER];
    size_t name = strlen(node);
    channel_open(channel, fd);
    put_u32(greeting, greeting_magic);
    put_u16(greeting + 4, (uint16_t)name);
    memcpy(greeting + 6, node, name);
    derive(derived, key, 's', node, NULL);
    crypto_secretstream_xchacha20poly1305_init_push(&channel->out_state, greeting + 6 + name, derived);
    if (send_all(fd, greeting, 6 + name + HEADER) != 0 || receive_all(fd, reply, sizeof reply) != 0) {
        return -1;
    }
    derive(derived, key, 'r', node, greeting + 6 + name);
    int result = crypto_secretstream_xchacha20poly1305_init_pull(&channel->in_state, reply, derived);
    sodium_memzero(derived, sizeof derived);
    channel->sealed = true;
    return result;
}

int channel_greeted(const uint8_t *bytes, size_t length, char node[STEP_MAX_NAME + 1], size_t *used) {
    if (length < 6) {
        return 0;
    }
    size_t name = get_u16(bytes + 4);
    if (get_u32(bytes) != greeting_magic || name < 1 || name > STEP_MAX_NAME) {
        return -1;
    }
    if (length < 6 + name + HEADER) {
        return 0;
    }
    memcpy(node, bytes + 6, name);
    node[name] = 0;
    *used = 6 + name + HEADER;
    return strlen(node) == name ? 1 : -1;
}

int channel_admit(struct channel *channel, int fd, const uint8_t key[STEP_KEY_BYTES], const char *node,
                  const uint8_t *greeting, size_t used) {
    uint8_t derived[STEP_KEY_BYTES];
    uint8_t reply[HEADER];
    const uint8_t *header = greeting + used - HEADER;
    channel_open(channel, fd);
    derive(derived, key, 's', node, NULL);
    if (crypto_secretstream_xchacha20poly1305_init_pull(&channel->in_state, header, derived) != 0) {
        return -1;
    }
    derive(derived, key, 'r', node, header);
    crypto_secretstream_xchacha20poly1305_init_push(&channel->out_state, reply, derived);
    sodium_memzero(derived, sizeof derived);
    channel->sealed = true;
    buffer_add(&channel->out, reply, sizeof reply);
    return 0;
}

void channel_send(struct channel *channel, enum frame_type type, const void *bytes, size_t length) {
    /* Of all channels: one for each would keep as much beside what it has sealed. */
    static struct buffer plain;
    uint8_t head[LENGTH_BYTES];
    uint8_t first = (uint8_t)type;
    size_t total = length + 1 + (channel->sealed ? crypto_secretstream_xchacha20poly1305_ABYTES : 0);
    if (channel->fd < 0) {
        return;
    }
    put_u32(head, (uint32_t)total);
    reserve(&channel->out, sizeof head + total + 1);
    buffer_add(&channel->out, head, sizeof head);
    if (!channel->sealed) {
        buffer_add(&channel->out, &first, sizeof first);
        buffer_add(&channel->out, bytes, length);
        return;
    }
    buffer_add(&plain, &first, sizeof first);
    buffer_add(&plain, bytes, length);
    crypto_secretstream_xchacha20poly1305_push(&channel->out_state, channel->out.bytes + channel->out.end, NULL, plain.bytes,
                                               plain.end, NULL, 0, 0);
    channel->out.end += total;
    sodium_memzero(plain.bytes, plain.end);
    plain.start = plain.end = 0;
    shrink(&plain);
}

size_t channel_waiting(const struct channel *channel) {
    return channel->out.end - channel->out.start;
}

int channel_read(struct channel *channel) {
    shrink(&channel->in);
    reserve(&channel->in, READ_BYTES);
    ssize_t got = recv(channel->fd, channel->in.bytes + channel->in.end, READ_BYTES, MSG_DONTWAIT);
    if (got == 0) {
        return -1;
    }
    if (got < 0) {
        return errno == EAGAIN || errno == EINTR ? 0 : -1;
    }
    channel->in.end += (size_t)got;
    return 0;
}

int channel_write(struct channel *channel) {
    while (channel_waiting(channel) > 0) {
        ssize_t sent = send(channel->fd, channel->out.bytes + channel->out.start, channel_waiting(channel),
                            MSG_DONTWAIT | MSG_NOSIGNAL);
        if (sent < 0) {
            return errno == EAGAIN || errno == EINTR ? 0 : -1;
        }
        channel->out.start += (size_t)sent;
    }
    shrink(&channel->out);
    return 0;
}

int channel_next(struct channel *channel, enum frame_type *type, const uint8_t **bytes, size_t *length) {
    size_t there = channel->in.end - channel->in.start;
    size_t extra = channel->sealed ? crypto_secretstream_xchacha20poly1305_ABYTES : 0;
    if (there < LENGTH_BYTES) {
        return 0;
    }
    const uint8_t *at = channel->in.bytes + channel->in.start;
    size_t total = get_u32(at);
    if (total < 1 + extra || total > CHANNEL_MAX_FRAME) {
        return -1;
    }
    if (there < LENGTH_BYTES + total) {
        return 0;
    }
    if (channel->opened_capacity < total) {
        free(channel->opened);
        channel->opened = malloc(total * 2);
        channel->opened_capacity = total * 2;
        if (channel->opened == NULL) {
            no_memory();
        }
    }
    if (channel->sealed) {
        if (crypto_secretstream_xchacha20poly1305_pull(&channel->in_state, channel->opened, NULL, NULL,
                                                       at + LENGTH_BYTES, total, NULL, 0) != 0) {
            return -1;
        }
    } else {
        memcpy(channel->opened, at + LENGTH_BYTES, total);
    }
    channel->in.start += LENGTH_BYTES + total;
    *type = (enum frame_type)channel->opened[0];
    *bytes = channel->opened + 1;
    *length = total - extra - 1;
    return 1;
}
