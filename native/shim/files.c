#define _GNU_SOURCE
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int32_t read_text(char text[FILES_TEXT_BYTES], const char *root, const char *format, va_list rest) {
    char path[FILES_PATH_BYTES];
    int used = snprintf(path, sizeof path, "%s/", root);
    int more = used < 0 || used >= (int)sizeof path ? -1 : vsnprintf(path + used, sizeof path - (size_t)used, format, rest);
    text[0] = 0;
    if (more < 0 || used + more >= (int)sizeof path) {
        return -ENAMETOOLONG;
    }
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return -errno;
    }
    ssize_t length = read(fd, text, FILES_TEXT_BYTES - 1);
    int32_t cause = length < 0 ? -errno : 0;
    close(fd);
    text[length < 0 ? 0 : length] = 0;
    text[strcspn(text, "\n")] = 0;
    return cause;
}

int32_t files_text(char text[FILES_TEXT_BYTES], const char *root, const char *format, ...) {
    va_list rest;
    va_start(rest, format);
    int32_t cause = read_text(text, root, format, rest);
    va_end(rest);
    return cause;
}

int32_t files_number(int64_t *value, const char *root, const char *format, ...) {
    char text[FILES_TEXT_BYTES];
    char *end = text;
    va_list rest;
    va_start(rest, format);
    int32_t cause = read_text(text, root, format, rest);
    va_end(rest);
    if (cause != 0) {
        return cause;
    }
    errno = 0;
    *value = strtoll(text, &end, 10);
    return end == text || errno != 0 ? -ENODATA : 0;
}

double files_decimal(const char *text) {
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    double value = plain == (locale_t)0 ? 0 : strtod_l(text, NULL, plain);
    if (plain != (locale_t)0) {
        freelocale(plain);
    }
    return value;
}

int32_t files_next(const char **at, int32_t *range_end) {
    char *end = NULL;
    long first = strtol(*at, &end, 10);
    if (end == *at || first < 0 || first > INT32_MAX) {
        return -1;
    }
    long last = first;
    if (*end == '-') {
        const char *second = end + 1;
        last = strtol(second, &end, 10);
        if (end == second || last < first || last > INT32_MAX) {
            return -1;
        }
    }
    *at = *end == ',' ? end + 1 : end;
    *range_end = (int32_t)last;
    return (int32_t)first;
}
