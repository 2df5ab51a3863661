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
    MAX_CONNECTIONS = 2, /* the agent's, and the one that it replaces */
    MAX_RUNS = 1000000,
    MAX_BATCH = 64,
    MAX_SYNCS = 2 * MAX_BATCH + 1,
    MAX_READS = 16,
    MAX_IDENTITIES = 64,
    FRAME_HEADER_BYTES = 12,
    ANSWER_TIMEOUT_MS = 10000,
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

/* First member of everything that epoll reports on. */
enum watch { WATCH_LISTENER, WATCH_SIGNALS, WATCH_CONNECTION, WATCH_RESOLVER, WATCH_READ, WATCH_RUN,
             WATCH_HANDOUT_LISTENER, WATCH_HANDOUT };

/* Only in the answer to SUSPEND, and, for RUN_SUSPENDED, in a list. */
enum { SUSPEND_GOES_ON = 0, SUSPEND_STOPPED = 1, SUSPEND_NOT_YET = 2, RUN_SUSPENDED = 5 };

enum run_state { RUN_RUNNING = 1, RUN_ENDED = 2, RUN_UNKNOWN = 3, RUN_FORGOTTEN = 4 };

/* One attempt of one job, from its intent to the end of its tombstone. */
struct run {
    enum watch watch;
    enum run_state state;
    uint64_t job_id;
    uint32_t attempt;
    uint32_t uid;
    uint64_t not_after_ms;
    uint64_t start_ms;
    uint8_t boot_id[BOOT_ID_BYTES];
    pid_t pid;
    int fd; /* RUNNING: write end of the control pipe, an error there means that the monitor is gone; UNKNOWN: cgroup.events */
    bool witnessed;
};

/* A user as the name service knows it. */
struct identity {
    enum { IDENTITY_FREE, IDENTITY_ASKED, IDENTITY_KNOWN, IDENTITY_UNKNOWN, IDENTITY_NO_ANSWER } state;
    uid_t uid;
    gid_t gid;
    uint32_t group_count;
    gid_t groups[MAX_GROUPS];
    uint64_t until_ms;
};

struct connection;

/* A file being read by a child that has the user's identity. */
struct reading {
    enum watch watch;
    struct connection *connection;
    int fd;
    int child_fd;
    pid_t child;
    uint8_t *bytes;
    size_t length, capacity;
};

struct connection {
    enum watch watch;
    int fd; /* -1: free */
    uint8_t *in;
    size_t in_start, in_end, in_capacity;
    uint8_t *out;
    size_t out_start, out_end, out_capacity;
    uint32_t interest;
    bool closing;
    bool batched;
    bool awaits_identity;
    uint64_t deadline_ms;
    struct reading reading;
};

struct options {
    const char *data;
    const char *socket;
    const char *public_key;
    const char *node;
    uid_t agent_uid;
    uid_t min_uid;
    const char *devices;
    unsigned limits;
    bool private_tmp;
};

struct launcher {
    struct options options;
    uint8_t key[ORDER_KEY_BYTES];
    uint8_t boot_id[BOOT_ID_BYTES];
    bool is_root;
    gid_t agent_gid;
    char data_path[SPEC_PATH_BYTES];
    char monitor_path[SPEC_PATH_BYTES];
    int runs_fd, spool_fd, epoll_fd, null_fd;
    struct cgroup_layout layout;
    struct cgroup_reasons reasons;
    struct listed_device devices[MAX_DEVICES];
    size_t device_count;
    uint8_t absent_events[COUNTER_PERF_LAST + 1];
    struct run **runs;
    size_t run_count, run_capacity;
    struct connection connections[MAX_CONNECTIONS];
    struct identity identities[MAX_IDENTITIES];
    size_t reads;
    int handout_fd;
    int resolver_fd, resolver_pid_fd;
    pid_t resolver_pid;
    uint64_t sweep_at_ms;
    bool orphans_left;
};

/* launcher.c */
_Noreturn void fatal(const char *what);
void watch_fd(struct launcher *self, int fd, uint32_t events, void *watch);
int listen_at(const struct launcher *self, const char *path, int type);

/* handout.c */
void handout_listen(struct launcher *self);
void handout_accept(struct launcher *self);
void handout_ready(struct launcher *self);

/* runs.c */
struct run *run_find(const struct launcher *self, uint64_t job_id, uint32_t attempt);
size_t run_position(const struct launcher *self, uint64_t job_id, uint32_t attempt);
struct run *run_add(struct launcher *self, uint64_t job_id, uint32_t attempt);
void run_drop(struct launcher *self, struct run *run);
int run_write_intent(int run_fd, const struct run *run);
void run_save_pid(int run_fd, pid_t pid);
void run_refresh(struct launcher *self, struct run *run);
bool run_read_record(const struct launcher *self, const struct run *run, uint8_t record[RECORD_BYTES]);
int run_forget(struct launcher *self, struct run *run);
void run_changed(struct launcher *self, struct run *run);
void runs_recover(struct launcher *self);
void runs_sweep(struct launcher *self);
void runs_end_orphans(struct launcher *self);

/* batch.c: launches that share one round of syncs */
void batch_launch(struct launcher *self, struct connection *connection, const struct order *order,
                  const struct identity *identity);
void batch_answer(struct launcher *self, struct connection *connection, enum status status, uint32_t reason,
                  const char *text, const struct run *run);
bool batch_is_full(void);
bool batch_commit(struct launcher *self);
void batch_abandon(const struct connection *connection);

/* sync.c: 0 once all of at most MAX_SYNCS descriptors are synced, or -1 with the errno of one that is not */
int sync_all(const int *fds, size_t count);

/* resolver.c */
void resolver_start(struct launcher *self);
const struct identity *resolver_ask(struct launcher *self, uid_t uid);
void resolver_answered(struct launcher *self);
void resolver_expire(struct launcher *self);

/* reading.c */
void reading_start(struct launcher *self, struct connection *connection, const struct order *order,
                   const struct identity *identity);
void reading_ready(struct launcher *self, struct reading *reading);
void reading_cancel(struct launcher *self, struct reading *reading);

/* requests.c: false when the request has to wait and is to be given again */
bool handle_request(struct launcher *self, struct connection *connection, enum request type, const uint8_t *body,
                    size_t length);

/* connection.c */
void connection_accept(struct launcher *self, int listener);
void connection_ready(struct launcher *self, struct connection *connection, uint32_t events);
void connections_serve(struct launcher *self);
void connection_reply(struct connection *connection, uint16_t type, enum status status, uint32_t reason,
                      const char *text, const uint8_t *payload, size_t length);
uint64_t connections_deadline(const struct launcher *self);
void connections_expire(struct launcher *self);

#endif
