/* How long a run goes on while its node has no contact with the server. */
#ifndef QUEQIAO_LEASE_H
#define QUEQIAO_LEASE_H

#include <stdbool.h>
#include <stdint.h>

#include "record.h"

enum { LEASE_GRACE_MS = 30 * 1000 }; /* the server counts on it */

/* Of the agent's word of its last contact, spool/contact. */
enum { CONTACT_BYTES = 36 };

struct lease {
    uint64_t ms;
    const uint8_t *boot_id;
    uint64_t contact_ms; /* the latest that is known, by the clock that also runs while the machine sleeps */
    bool known;
};

/* A timer that becomes readable when the lease may be over; -1 with errno. */
int lease_timer(void);

/*
 * Whether the agent's word of its last contact, in the spool, is older than the lease or says nothing of this boot.
 * Where it is not, the timer is set to when it will be.
 */
bool lease_is_over(struct lease *self, int spool_fd, int timer_fd);

/* The timer becomes readable so long after the end of the lease: at once where that has passed, by whatever delay. */
bool lease_wait_grace(const struct lease *self, uint32_t grace_ms, int timer_fd);

#endif
