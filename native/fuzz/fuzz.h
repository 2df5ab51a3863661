/*
 * One target for each place where bytes of strangers are parsed. With clang the fuzzer of its library calls it, guided by
 * what the bytes reach; elsewhere replay.c calls it with the corpus and with mutations of that.
 */
#ifndef QUEQIAO_FUZZ_H
#define QUEQIAO_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The names are the library's. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition)                                                       \
    do {                                                                      \
        if (!(condition)) {                                                   \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
            abort();                                                          \
        }                                                                     \
    } while (0)

/* So much fits into a socket while nobody reads. */
enum { FUZZ_FED = 64 * 1024 };

/* The end of a connection from which all of the bytes come, and then its end. */
static inline int fuzz_feed(const uint8_t *data, size_t size, int *other) {
    int ends[2];
    int room = 4 * FUZZ_FED;
    MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    MUST(size <= FUZZ_FED && (size == 0 || write(ends[1], data, size) == (ssize_t)size));
    MUST(shutdown(ends[1], SHUT_WR) == 0);
    *other = ends[1];
    return ends[0];
}

#endif
