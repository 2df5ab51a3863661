/* The parts of the launcher: one thread, one epoll loop, and what it keeps. */
#ifndef QUEQIAO_LAUNCHER_H
#define QUEQIAO_LAUNCHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "cgroup.h"
#include "order.h"
#include "record.h"
#include "spec.h"

enum launcher_limit {
    MAX_RUNS = 1000000,
    MAX_BATCH = 64,
    MAX_IDENTITIES = 64,
    OVERFLOW_ID = 65534, /* of a user and a group that nobody has */
    ANSWER_TIMEOUT_MS = 10000, /* of the agent, the name service, a file system */
    TOMBSTONE_EXTRA_MS = 3600 * 1000,
    SWEEP_INTERVAL_MS = 60000
};

enum status {
    STATUS_OK = 0,
    STATUS_STARTED = 1,
    STATUS_EXISTS = 2,
    STATUS_REFUSED = 3,
    STATUS_NOT_FOUND = 4,
    STATUS_NOT_RUNNING = 5,
    STATUS_FAILED = 6,
    STATUS_MALFORMED = 7,
    STATUS_BUSY = 8
};

enum request { LAUNCH = 1, READ = 2, SIGNAL = 3, LIST = 4, FORGET = 5, CAPABILITIES = 6, SUSPEND = 7 };

struct launcher;

/* First member of everything that epoll reports on. */
struct watch {
    void (*ready)(struct launcher *self, struct watch *watch);
};

/* Only in the answer to SUSPEND, and, for RUN_SUSPENDED, in a list. */
enum { SUSPEND_GOES_ON = 0, SUSPEND_STOPPED = 1, SUSPEND_NOT_YET = 2, RUN_SUSPENDED = 5 };

enum run_state { RUN_RUNNING = 1, RUN_ENDED = 2, RUN_UNKNOWN = 3, RUN_FORGOTTEN = 4 };

/* One attempt of one job, from its intent to the end of its tombstone. */
struct run {
    struct watch watch;
    enum run_state state;
    uint64_t job_id;
    uint32_t attempt;
    uint32_t uid;
    char name[RUN_NAME_BYTES];
    uint64_t not_after_ms;
    uint64_t start_ms;
    uint8_t boot_id[BOOT_ID_BYTES];
    uint32_t slot; /* of its intent; 0: it has none */
    pid_t pid;
    int fd; /* RUNNING: write end of the control pipe, an error there means that the monitor is gone; UNKNOWN: cgroup.events */
    bool witnessed;
};

/* Children that may take any time. */
enum helper { ASKS, READS, HELPERS };

/* A user as the name service knows it; the answer counts until `until_ms`. */
struct identity {
    enum { IDENTITY_NO_ANSWER, IDENTITY_UNKNOWN, IDENTITY_KNOWN, IDENTITY_NOT_YET } state;
    uid_t uid;
    gid_t gid;
    uint32_t group_count;
    gid_t groups[MAX_GROUPS];
    uint64_t until_ms;
};

struct options {
    const char *data;
    const char *socket;
    const char *public_key;
    const char *node;
    uid_t min_uid;
    const char *deny_uids; /* separated by commas */
    const char *devices;
    bool devices_wanted; /* not only found: without them the launcher does not start */
    uint32_t health_ms;
    unsigned limits;
    const char *cpus; /* of each core, such as 0,4/1,5; empty: core N is CPU N */
};

struct launcher {
    struct options options;
    uint8_t key[ORDER_KEY_BYTES];
    struct node_spec node;
    char monitor_path[SPEC_PATH_BYTES];
    int runs_fd, spool_fd, epoll_fd, null_fd;
    int intents_fd;
    uint32_t slot_count, free_count; /* of the file of intents */
    uint32_t free_slots[MAX_RUNS];
    struct cgroup_reasons reasons;
    struct listed_device devices[MAX_DEVICES];
    struct run *runs[MAX_RUNS]; /* memory is taken as it is used, as that of the slots */
    size_t run_count;
    int listener_fd, agent_fd; /* the newest connection is the agent's; -1: none is there */
    struct identity identities[MAX_IDENTITIES];
    pid_t helpers[HELPERS]; /* the last ones, which may still be about to die */
    uint64_t sweep_at_ms, health_at_ms, orphans_at_ms;
    bool orphans_left, ending;
};

/* launcher.c */
_Noreturn void fatal(const char *what);
/* Where there is one; there is none afterwards. */
void close_fd(int *fd);
void watch_fd(struct launcher *self, int fd, uint32_t events, struct watch *watch);

/* runs.c */
struct run *run_find(const struct launcher *self, uint64_t job_id, uint32_t attempt);
size_t run_position(const struct launcher *self, uint64_t job_id, uint32_t attempt);
struct run *run_add(struct launcher *self, uint64_t job_id, uint32_t attempt);
/* The end of its control pipe to write to, or -1 with errno: no monitor has the other. */
int run_open_control(const struct launcher *self, const struct run *run);
/* Into a slot of its own, durable with intents_sync. 0, or -1 with errno. */
int run_write_intent(struct launcher *self, struct run *run);
void intents_sync(const struct launcher *self);
void run_save_pid(const struct launcher *self, const struct run *run);
/* A run of which nothing was forked, as if it had never been. */
void run_undo(struct launcher *self, struct run *run);
void run_refresh(struct launcher *self, struct run *run);
bool run_read_record(const struct launcher *self, const struct run *run, uint8_t record[RECORD_BYTES]);
int run_forget(struct launcher *self, struct run *run);
void runs_recover(struct launcher *self);
void runs_sweep(struct launcher *self);
void runs_end_orphans(struct launcher *self);

/* batch.c: launches that share one sync. They are answered with it, so whoever answers something else commits them first. */
void batch_launch(struct launcher *self, const struct order *order, const struct identity *identity);
void batch_receipt(struct launcher *self, enum status status, struct run *run);
size_t batch_count(void);
void batch_commit(struct launcher *self);
/* By monitors of no run. */
void health_check(const struct launcher *self);
void remove_tmp(const struct launcher *self, const char *run, bool wait);

/* helper.c; a user of whom nothing is known yet is to be looked up again */
const struct identity *helper_look_up(struct launcher *self, const struct order *order);
const struct identity *helper_await(struct launcher *self, uid_t uid);
void helper_read(struct launcher *self, const struct order *order, const struct identity *identity);

/* requests.c: false when the connection is to end */
bool request_fits(uint16_t type, uint32_t length);
bool handle_request(struct launcher *self, enum request type, const uint8_t *body, size_t length);

/* connection.c */
void connection_ready(struct launcher *self, struct watch *watch);
void connection_answer(struct launcher *self, uint16_t type, enum status status, uint32_t reason, const char *text);
void connection_reply(struct launcher *self, uint16_t type, enum status status, uint32_t reason, const char *text,
                      const uint8_t *payload, size_t length);

#endif
