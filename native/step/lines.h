/* What the tasks write, whole or line by line behind their ranks. */
#ifndef QUEQIAO_STEP_LINES_H
#define QUEQIAO_STEP_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "channel.h"

enum { LINE_MAX_BYTES = 64 * 1024 };

struct lines {
    uint32_t tasks;
    bool label;
    int width, out, err;
    int cause; /* the errno of the first write that failed, or 0 */
    struct buffer *partial; /* two for each task */
};

/* NULL: the starter's own stream. An error file that is not named is the output's. False, and said, when a file cannot be opened. */
bool lines_open(struct lines *lines, uint32_t tasks, bool label, const char *out, const char *err, uint32_t step);
void lines_write(struct lines *lines, uint32_t rank, bool to_err, const uint8_t *bytes, size_t length);

/* Writes lines that were not ended. 0, or the errno with which something could not be written; not because its reader is gone. */
int lines_close(struct lines *lines);

#endif
