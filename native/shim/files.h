/* Small files of the kernel, below a root that is "/" but in a test. */
#ifndef QUEQIAO_FILES_H
#define QUEQIAO_FILES_H

#include <stdint.h>

enum { FILES_PATH_BYTES = 512, FILES_TEXT_BYTES = 4096 };

/* Reads ROOT/FORMAT..., without the line break at its end. 0, or the negated errno. */
int32_t files_text(char text[FILES_TEXT_BYTES], const char *root, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same of a number. -ENODATA where there is none. */
int32_t files_number(int64_t *value, const char *root, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* The number that a text of the kernel begins with, whatever decimal point the locale has; 0 where there is none. */
double files_decimal(const char *text);

/* Goes through a list such as 0-15,64-79: the next number from `*at` on, or -1 at its end or where it is none. */
int32_t files_next(const char **at, int32_t *range_end);

#endif
