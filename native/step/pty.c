#define _GNU_SOURCE
#include "pty.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

int pty_open(int ends[2], uint16_t rows, uint16_t columns) {
    char name[64];
    ends[0] = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (ends[0] < 0 || grantpt(ends[0]) != 0 || unlockpt(ends[0]) != 0 || ptsname_r(ends[0], name, sizeof name) != 0) {
        return -1;
    }
    ends[1] = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (ends[1] >= 0) {
        pty_resize(ends[0], rows, columns);
    }
    return ends[1] >= 0 ? 0 : -1;
}

int pty_take(int terminal) {
    if (setsid() < 0 || ioctl(terminal, TIOCSCTTY, 0) != 0) {
        return -1;
    }
    return dup2(terminal, 0) < 0 || dup2(terminal, 1) < 0 || dup2(terminal, 2) < 0 ? -1 : 0;
}

void pty_resize(int terminal, uint16_t rows, uint16_t columns) {
    struct winsize size = {.ws_row = rows, .ws_col = columns};
    if (rows > 0 && columns > 0) {
        ioctl(terminal, TIOCSWINSZ, &size);
    }
}
