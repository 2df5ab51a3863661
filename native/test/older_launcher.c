/*
 * What a launcher of before did otherwise, for an agent or a run of these tests that meets one (--wrap): it knows no lease
 * and keeps no word of the last contact, carries no signal to steps, has no folder for counters, and says so by the
 * capabilities that it does not name.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bytes.h"
#include "launcher.h"
#include "processes.h"
#include "spec.h"

enum { FIRST_ENTRY = 24, FIRST_NEW = 10 };

static bool had_contact, had_counters;

const struct identity *__real_helper_await(struct launcher *self, uid_t uid);
const struct identity *__wrap_helper_await(struct launcher *self, uid_t uid);
void __real_runs_recover(struct launcher *self);
void __wrap_runs_recover(struct launcher *self);
enum reason __real_order_verify(const uint8_t *bytes, size_t length, const uint8_t key[ORDER_KEY_BYTES], const char *node,
                                uint64_t now_ms, struct order *order, const char **why);
enum reason __wrap_order_verify(const uint8_t *bytes, size_t length, const uint8_t key[ORDER_KEY_BYTES], const char *node,
                                uint64_t now_ms, struct order *order, const char **why);
bool __real_handle_request(struct launcher *self, enum request type, const uint8_t *body, size_t length);
bool __wrap_handle_request(struct launcher *self, enum request type, const uint8_t *body, size_t length);
void __real_connection_reply(struct launcher *self, uint16_t type, enum status status, uint32_t reason, const char *text,
                             const uint8_t *payload, size_t length);
void __wrap_connection_reply(struct launcher *self, uint16_t type, enum status status, uint32_t reason, const char *text,
                             const uint8_t *payload, size_t length);

static bool has(const struct launcher *self, const char *name) {
    char path[SPEC_PATH_BYTES + 32];
    snprintf(path, sizeof path, "%s/spool/%s", self->node.data_path, name);
    return access(path, F_OK) == 0;
}

/* What a newer launcher left it leaves as it is. */
const struct identity *__wrap_helper_await(struct launcher *self, uid_t uid) {
    had_contact = has(self, "contact");
    had_counters = has(self, "counters");
    return __real_helper_await(self, uid);
}

void __wrap_runs_recover(struct launcher *self) {
    if (!had_contact) {
        (void)unlinkat(self->spool_fd, "contact", 0);
    }
    if (!had_counters) {
        (void)unlinkat(self->spool_fd, "counters", AT_REMOVEDIR);
    }
    __real_runs_recover(self);
}

enum reason __wrap_order_verify(const uint8_t *bytes, size_t length, const uint8_t key[ORDER_KEY_BYTES], const char *node,
                                uint64_t now_ms, struct order *order, const char **why) {
    enum reason reason = __real_order_verify(bytes, length, key, node, now_ms, order, why);
    if (reason == REASON_NONE && (order->flags & ORDER_LEASE) != 0) {
        *why = "unknown flag";
        return BAD_ORDER;
    }
    return reason;
}

/* The script alone got the few that a run could get. */
static bool knew(uint32_t signal) {
    static const uint8_t known[] = {SIGHUP, SIGINT, SIGUSR1, SIGUSR2, SIGCONT};
    uint32_t who = signal & ~(uint32_t)0xff;
    return who != SIGNAL_CARRIED && (who != SIGNAL_MAIN_ONLY || memchr(known, (int)(signal & 0xff), sizeof known) != NULL);
}

bool __wrap_handle_request(struct launcher *self, enum request type, const uint8_t *body, size_t length) {
    if (type == SIGNAL && !knew(get_u32(body + 12))) {
        connection_answer(self, SIGNAL, STATUS_REFUSED, BAD_SIGNAL, "signal or graceMs not allowed");
        return true;
    }
    return __real_handle_request(self, type, body, length);
}

/* The newer ones stand behind the others. */
void __wrap_connection_reply(struct launcher *self, uint16_t type, enum status status, uint32_t reason, const char *text,
                             const uint8_t *payload, size_t length) {
    uint8_t older[8192];
    if (type == CAPABILITIES && length <= sizeof older) {
        size_t at = FIRST_ENTRY;
        uint32_t count = 0;
        while (at < length && get_u16(payload + at) < FIRST_NEW) {
            at += 6U + get_u16(payload + at + 4);
            count++;
        }
        memcpy(older, payload, at);
        put_u32(older + FIRST_ENTRY - 4, count);
        payload = older;
        length = at;
    }
    __real_connection_reply(self, type, status, reason, text, payload, length);
}
