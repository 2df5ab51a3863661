#define _GNU_SOURCE
#include "lease.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "bytes.h"

enum { BOOT_ID_AT = 16, CRC_AT = 32, LOOKS = 5 };

static const uint32_t contact_magic = 0x5151434E;

static uint64_t boottime_ms(void) {
    struct timespec now = {0, 0};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static bool wake_at(int timer_fd, uint64_t ms) {
    struct itimerspec at = {.it_value = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000}};
    return timerfd_settime(timer_fd, TFD_TIMER_ABSTIME, &at, NULL) == 0;
}

int lease_timer(void) {
    return timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
}

/* The agent writes it in one piece; one that is being written is looked at again. */
static void look(struct lease *self, int spool_fd, uint64_t now_ms) {
    uint8_t bytes[CONTACT_BYTES] = {0};
    int fd = openat(spool_fd, "contact", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    for (int i = 0; fd >= 0 && i < LOOKS; i++) {
        bool whole = pread(fd, bytes, sizeof bytes, 0) == (ssize_t)sizeof bytes && get_u32(bytes) == contact_magic &&
                     get_u32(bytes + CRC_AT) == crc32_ieee(bytes, CRC_AT);
        uint64_t told_ms = get_u64(bytes + 8);
        if (whole && memcmp(bytes + BOOT_ID_AT, self->boot_id, BOOT_ID_BYTES) == 0 && told_ms <= now_ms &&
            told_ms >= self->contact_ms) {
            self->contact_ms = told_ms;
            self->known = true;
        }
        if (whole) {
            break;
        }
        poll(NULL, 0, 1);
    }
    if (fd >= 0) {
        close(fd);
    }
}

bool lease_is_over(struct lease *self, int spool_fd, int timer_fd) {
    uint64_t now_ms = boottime_ms();
    look(self, spool_fd, now_ms);
    uint64_t over_ms = self->contact_ms + self->ms;
    /* Without a timer nothing would end it later. */
    return !self->known || now_ms >= over_ms || !wake_at(timer_fd, over_ms);
}

bool lease_wait_grace(const struct lease *self, uint32_t grace_ms, int timer_fd) {
    return wake_at(timer_fd, self->contact_ms + self->ms + grace_ms);
}
