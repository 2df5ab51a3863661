/* Terminals of interactive tasks. */
#ifndef QUEQIAO_STEP_PTY_H
#define QUEQIAO_STEP_PTY_H

#include <stdint.h>

/* A pair: [0] for the session, [1] for the task. 0, or -1 with errno. */
int pty_open(int ends[2], uint16_t rows, uint16_t columns);

/* Makes it the controlling terminal and the three streams of the calling process, in a session of its own. */
int pty_take(int terminal);

void pty_resize(int terminal, uint16_t rows, uint16_t columns);

#endif
