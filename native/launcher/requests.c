#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bytes.h"
#include "launcher.h"
#include "processes.h"

enum {
    MAX_LIST = 1024,
    ENTRY_BYTES = 52,
    MIN_ORDER_FRAME = ORDER_MIN_BYTES + ORDER_SIGNATURE_BYTES,
    MAX_ORDER_FRAME = ORDER_MAX_BYTES + ORDER_SIGNATURE_BYTES
};

static bool is_denied(const char *list, uid_t uid) {
    char *end = NULL;
    for (const char *at = list; at != NULL; at = *end == ',' ? end + 1 : NULL) {
        if (strtoul(at, &end, 10) == uid) {
            return true;
        }
    }
    return false;
}

static const char *check_user(const struct launcher *self, uid_t uid) {
    if (uid == 0 || uid == (uid_t)-1 || uid == OVERFLOW_ID) {
        return "this uid never runs jobs";
    }
    if (self->node.is_root && uid < self->options.min_uid) {
        return "uid is below the node's minimum";
    }
    if (is_denied(self->options.deny_uids, uid)) {
        return "this node runs no jobs of this uid";
    }
    return !self->node.is_root && uid != geteuid() ? "in single-user mode jobs run as the launcher's own user" : NULL;
}

/* Steps 1 and 2. */
static void handle_order(struct launcher *self, enum request type, const uint8_t *body, size_t length) {
    struct order order;
    struct run *known = NULL;
    const struct identity *identity = NULL;
    const char *why = NULL;
    enum status status = STATUS_REFUSED;
    enum reason reason = order_verify(body, length, self->key, self->options.node, realtime_ms(), &order, &why);
    if (reason == REASON_NONE && order.type != (type == LAUNCH ? ORDER_LAUNCH : ORDER_READ)) {
        reason = BAD_ORDER;
        why = "the order is of another type than the request";
    }
    if (reason == REASON_NONE && type == LAUNCH) {
        known = run_find(self, order.job_id, order.attempt);
    }
    if (reason == REASON_NONE && known == NULL && (why = check_user(self, order.uid)) != NULL) {
        reason = FORBIDDEN_USER;
    }
    if (reason == REASON_NONE && known == NULL) {
        identity = helper_look_up(self, &order);
        bool unknown = identity->state == IDENTITY_UNKNOWN;
        status = identity->state == IDENTITY_NOT_YET ? STATUS_BUSY : STATUS_REFUSED;
        reason = identity->state == IDENTITY_KNOWN ? REASON_NONE : unknown ? UNKNOWN_USER : NAME_SERVICE;
        why = unknown ? "the node does not know this uid" : "the name service does not answer";
    }
    if (reason != REASON_NONE) {
        batch_commit(self);
        connection_answer(self, (uint16_t)type, status, reason, why);
    } else if (known != NULL) {
        batch_commit(self);
        batch_receipt(self, STATUS_EXISTS, known);
    } else if (type == LAUNCH) {
        batch_launch(self, &order, identity);
    } else {
        helper_read(self, &order, identity);
    }
}

/* The main process and steps may get any; to a whole run only those that it knew first, others being for one of the two. */
static bool is_allowed(uint32_t signal) {
    static const uint8_t for_all[] = {SIGHUP, SIGINT, SIGUSR1, SIGUSR2, SIGCONT, SIGSTOP, SIGKILL, SIGTERM};
    uint32_t number = signal & 0xff;
    uint32_t who = signal & ~(uint32_t)0xff;
    if (who == 0) {
        return memchr(for_all, (int)number, sizeof for_all) != NULL;
    }
    return signal == START_HOST || signal == HAND_OUT ||
           ((who == SIGNAL_MAIN_ONLY || who == SIGNAL_CARRIED) && number >= 1 && number < NSIG);
}

static void handle_signal(struct launcher *self, struct run *run, const uint8_t *body) {
    struct control_message message = {get_u32(body + 12), get_u32(body + 16)};
    bool running = run->state == RUN_RUNNING;
    if (!is_allowed(message.signal) || message.grace_ms > ORDER_MAX_GRACE_MS) {
        connection_answer(self, SIGNAL, STATUS_REFUSED, BAD_SIGNAL, "signal or graceMs not allowed");
    } else if (!running && run->state != RUN_UNKNOWN) {
        connection_answer(self, SIGNAL, STATUS_NOT_RUNNING, 0, "the run has ended");
    } else if (running && write(run->fd, &message, sizeof message) < 0 && errno == EAGAIN) {
        connection_answer(self, SIGNAL, STATUS_BUSY, FULL, "the monitor has unread signals");
    } else {
        /* Where the monitor is gone the launcher is killing what is left, which is what was asked. */
        connection_answer(self, SIGNAL, STATUS_OK, 0, "");
    }
}

/* Stops a run or lets it go on, and says how far that is; asked again until it is so. */
static uint32_t suspend_run(const struct launcher *self, const struct run *run, bool stop) {
    if (self->node.layout.tracking[0] != 0) {
        /* A monitor that has not made the group yet leaves this to the next time. */
        bool asked = cgroup_freeze(&self->node.layout, run->name, stop) == 0;
        bool stopped = cgroup_frozen(&self->node.layout, run->name);
        return !asked || stopped != stop ? SUSPEND_NOT_YET : stop ? SUSPEND_STOPPED : SUSPEND_GOES_ON;
    }
    if (stop) {
        return stop_descendants(run->pid) == 0 ? SUSPEND_STOPPED : SUSPEND_NOT_YET;
    }
    signal_descendants(run->pid, SIGCONT, NULL, NULL, 0);
    return SUSPEND_GOES_ON;
}

static void handle_suspend(struct launcher *self, struct run *run, const uint8_t *body) {
    uint32_t wanted = get_u32(body + 12);
    uint8_t payload[4];
    if (wanted > 1) {
        connection_answer(self, SUSPEND, STATUS_REFUSED, BAD_SIGNAL, "suspend is 0 or 1");
    } else if (run->state == RUN_RUNNING) {
        put_u32(payload, suspend_run(self, run, wanted == 1));
        connection_reply(self, SUSPEND, STATUS_OK, 0, "", payload, sizeof payload);
    } else {
        connection_answer(self, SUSPEND, STATUS_NOT_RUNNING, 0, "the run has ended");
    }
}

/* As kept, or that a control group has stopped it; without one that would cost a look at all processes. */
static uint32_t listed_state(const struct launcher *self, const struct run *run) {
    bool stopped = run->state == RUN_RUNNING && self->node.layout.tracking[0] != 0 && cgroup_frozen(&self->node.layout, run->name);
    return stopped ? RUN_SUSPENDED : run->state;
}

static size_t put_entry(struct launcher *self, struct run *run, uint8_t *at) {
    run_refresh(self, run);
    bool recorded = run->state == RUN_ENDED && run_read_record(self, run, at + ENTRY_BYTES);
    put_u64(at, run->job_id);
    put_u32(at + 8, run->attempt);
    put_u32(at + 12, listed_state(self, run));
    put_u32(at + 16, (uint32_t)run->pid);
    put_u32(at + 20, run->uid);
    put_u64(at + 24, run->start_ms);
    memcpy(at + 32, run->boot_id, BOOT_ID_BYTES);
    put_u32(at + 48, recorded ? RECORD_BYTES : 0);
    return ENTRY_BYTES + (recorded ? RECORD_BYTES : 0);
}

static bool handle_list(struct launcher *self, const uint8_t *body) {
    static uint8_t payload[8 + MAX_LIST * (ENTRY_BYTES + RECORD_BYTES)];
    uint64_t job_id = get_u64(body);
    uint32_t attempt = get_u32(body + 8);
    uint32_t limit = get_u32(body + 12);
    if (limit < 1 || limit > MAX_LIST) {
        connection_answer(self, LIST, STATUS_MALFORMED, BAD_FRAME, "limit is not in 1 to 1024");
        return false;
    }
    size_t at = run_position(self, job_id, attempt) + (run_find(self, job_id, attempt) != NULL);
    size_t used = 8;
    uint32_t count = 0;
    bool more = false;
    for (; at < self->run_count && !more; at++) {
        if (self->runs[at]->state != RUN_FORGOTTEN) {
            more = count == limit;
            if (!more) {
                used += put_entry(self, self->runs[at], payload + used);
                count++;
            }
        }
    }
    put_u32(payload, count);
    put_u32(payload + 4, more);
    connection_reply(self, LIST, STATUS_OK, 0, "", payload, used);
    return true;
}

static void handle_forget(struct launcher *self, struct run *run, const uint8_t *body) {
    (void)body;
    if (run->state == RUN_RUNNING || run->state == RUN_UNKNOWN) {
        connection_answer(self, FORGET, STATUS_REFUSED, STILL_RUNNING, "the run has not ended");
    } else if (run->state == RUN_ENDED && run_forget(self, run) != 0) {
        connection_answer(self, FORGET, STATUS_FAILED, (uint32_t)errno, strerror(errno));
    } else {
        connection_answer(self, FORGET, STATUS_OK, 0, "");
    }
}

static size_t put_capability(uint8_t *at, uint16_t id, bool present, const char *text) {
    size_t length = strlen(text);
    put_u16(at, id);
    put_u16(at + 2, present);
    put_u16(at + 4, (uint16_t)length);
    memcpy(at + 6, text, length);
    return 6 + length;
}

static void handle_capabilities(struct launcher *self) {
    static const uint16_t controller_ids[CONTROLLERS] = {3, 4, 5, 8, 9};
    enum { CAPABILITY_COUNT = 11 };
    uint8_t payload[24 + CAPABILITY_COUNT * (6 + CGROUP_REASON_BYTES)];
    memcpy(payload, self->node.boot_id, BOOT_ID_BYTES);
    put_u32(payload + 16, (uint32_t)getpid());
    put_u32(payload + 20, CAPABILITY_COUNT);
    uint8_t *at = payload + 24;
    at += put_capability(at, 1, self->node.is_root, self->node.is_root ? "jobs run as their users" : "not started by root");
    at += put_capability(at, 2, self->node.layout.tracking[0] != 0, self->reasons.tracking);
    for (int which = 0; which < CONTROLLERS; which++) {
        at += put_capability(at, controller_ids[which], self->node.layout.controller[which][0] != 0,
                             self->reasons.controller[which]);
    }
    const char *private_tmp = self->node.private_tmp ? "own /tmp for each run" : "not asked for by --private-tmp";
    at += put_capability(at, 6, self->node.private_tmp, private_tmp);
    at += put_capability(at, 7, true, self->node.layout.tracking[0] != 0 ? "by the freezer" : "by STOP to each process");
    at += put_capability(at, 10, true, "any, to the script or to the tasks of steps");
    at += put_capability(at, 11, true, "runs are ended by their monitors when their lease is over");
    connection_reply(self, CAPABILITIES, STATUS_OK, 0, "", payload, (size_t)(at - payload));
}

/* The lengths that the body of a request may have, and what is done with one that names a run. */
static const struct {
    uint32_t least, most;
    void (*on_run)(struct launcher *self, struct run *run, const uint8_t *body);
} kinds[] = {
    [LAUNCH] = {MIN_ORDER_FRAME, MAX_ORDER_FRAME, NULL}, [READ] = {MIN_ORDER_FRAME, MAX_ORDER_FRAME, NULL},
    [SIGNAL] = {20, 20, handle_signal},                  [LIST] = {16, 16, NULL},
    [FORGET] = {12, 12, handle_forget},                  [CAPABILITIES] = {0, 0, NULL},
    [SUSPEND] = {16, 16, handle_suspend}};

bool request_fits(uint16_t type, uint32_t length) {
    return length >= kinds[type].least && length <= kinds[type].most;
}

bool handle_request(struct launcher *self, enum request type, const uint8_t *body, size_t length) {
    if (type == LIST) {
        return handle_list(self, body);
    }
    if (type == LAUNCH || type == READ) {
        handle_order(self, type, body, length);
    } else if (type == CAPABILITIES) {
        handle_capabilities(self);
    } else {
        struct run *run = run_find(self, get_u64(body), get_u32(body + 8));
        if (run == NULL) {
            connection_answer(self, (uint16_t)type, STATUS_NOT_FOUND, 0, "no such run");
        } else {
            run_refresh(self, run);
            kinds[type].on_run(self, run, body);
        }
    }
    return true;
}
