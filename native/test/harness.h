/* What the tests stand on: a node with a launcher, signed orders, frames, exit records. */
#ifndef QUEQIAO_HARNESS_H
#define QUEQIAO_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>

enum { TEST_UID = 61001, TEST_GID = 61001, TEST_GROUP = 61002, OTHER_UID = 61003, PATH_BYTES = 512 };

#define CHECK(condition)                                                                   \
    do {                                                                                   \
        if (!(condition)) {                                                                \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
            abort_test();                                                                  \
        }                                                                                  \
    } while (0)

#define CHECK_EQUAL(expected, actual)                                                                              \
    do {                                                                                                           \
        long long expected_value = (long long)(expected);                                                          \
        long long actual_value = (long long)(actual);                                                              \
        if (expected_value != actual_value) {                                                                      \
            fprintf(stderr, "%s:%d: %s is %lld, expected %lld\n", __FILE__, __LINE__, #actual, actual_value,       \
                    expected_value);                                                                               \
            abort_test();                                                                                          \
        }                                                                                                          \
    } while (0)

struct test {
    const char *name;
    void (*body)(void);
};

#define TEST(function) {#function, function}

/*
 * Runs all tests, or those named on the command line; --as-user first takes an ordinary identity,
 * --unified sees control groups of version 2 alone (without controllers where the machine has them in
 * version 1), --version-1 those of version 1 alone; --sanitized takes the
 * launcher and monitor that watch their own memory.
 */
int run_tests(int count, char **arguments, const struct test *tests, size_t test_count);
_Noreturn void abort_test(void);
bool is_root(void);

/* Whether launcher and monitor are those that watch their own memory. */
bool is_sanitized(void);

/* The launcher of these tests, its monitor beside it. */
const char *tested_program(void);

/* Whether the control groups of these tests are those of the machine, with its controllers. */
bool has_controllers(void);

/* The uid that jobs of these tests have. */
uid_t job_uid(void);

struct node {
    char root[PATH_BYTES];
    char data[PATH_BYTES];
    char socket[PATH_BYTES];
    char key_path[PATH_BYTES];
    char work[PATH_BYTES];
    uint8_t public_key[32];
    uint8_t secret_key[64];
    const char *program;
    const char *extra;
    const char *more; /* behind extra */
    pid_t launcher;
    int fd;
    char said[512]; /* by the launcher before it was ready */
};

struct launch {
    uint64_t job_id;
    uint32_t attempt;
    uint32_t uid;
    uint64_t not_after_ms;
    uint32_t flags;
    uint64_t mem_bytes;
    uint32_t pids_max;
    uint32_t grace_ms;
    uint32_t core_count;
    const uint16_t *cores;
    const char *node_name;
    const char *work_dir;
    const char *stdout_path;
    const char *stderr_path;
    const char *environment; /* NAME=value strings, the last followed by an empty one */
    const char *script;
    uint32_t lease_ms; /* 0: the field is left out */
    const char *devices; /* NAME:INDEX strings, the last followed by an empty one; NULL: the field is left out */
};

struct reply {
    uint16_t type;
    uint32_t status;
    uint32_t reason;
    char text[513];
    uint8_t *payload;
    size_t length;
};

struct ended {
    uint64_t job_id;
    uint32_t attempt, flags, exit_code, signal;
    uint64_t start_ms, end_ms, user_us, system_us, max_rss_bytes;
    uint32_t failed_step, failed_errno, uid;
    char text[147];
    uint32_t counter_count;
    struct counted {
        uint16_t id;
        uint8_t state;
        uint32_t cause;
        uint64_t value;
    } counters[32];
};

/* What was counted under this number; ends the test where there is no entry. */
struct counted counter_of(const struct ended *ended, uint16_t id);

uint64_t now_ms(void);
void put16(uint8_t *p, uint16_t value);
void put32(uint8_t *p, uint32_t value);
void put64(uint8_t *p, uint64_t value);
uint32_t get32(const uint8_t *p);
uint64_t get64(const uint8_t *p);

/* A folder with keys, data and work directories; then a launcher that is ready, and a connection. */
void node_create(struct node *node);
void node_start(struct node *node);
/* False: the launcher ended before it was ready, and has been waited for. */
bool node_begins(struct node *node);
void node_connect(struct node *node);
/* False: nobody is there. */
bool node_reaches(struct node *node);
void node_kill(struct node *node, int signal);
void node_destroy(struct node *node);
/* The folders of a node whose launcher has ended. */
void node_remove(struct node *node);
/* Starts a launcher that is expected to refuse; its exit code. `errors` takes its standard error. */
int node_try_start(struct node *node, char *errors, size_t capacity);

struct launch launch_defaults(const struct node *node, uint64_t job_id, const char *script);
/* Encodes and signs; the caller frees. */
uint8_t *launch_sign(const struct node *node, const struct launch *launch, size_t *length);
uint8_t *read_sign(const struct node *node, uint64_t job_id, uint32_t uid, const char *path, uint64_t offset,
                   uint32_t max_bytes, size_t *length);
void sign_again(const struct node *node, uint8_t *order, size_t length);

void send_frame(int fd, uint16_t type, const uint8_t *body, size_t length);
bool receive_reply(int fd, struct reply *reply);
struct reply request(struct node *node, uint16_t type, const uint8_t *body, size_t length);
struct reply request_launch(struct node *node, const struct launch *launch);
struct reply request_signal(struct node *node, uint64_t job_id, uint32_t signal, uint32_t grace_ms);
uint32_t request_forget(struct node *node, uint64_t job_id);
/* The state of a run in LIST, or 0. */
uint32_t listed_state(struct node *node, uint64_t job_id);
void reply_free(struct reply *reply);

/* Waits for the exit record by inotify, at most 20 s. */
struct ended await_end(const struct node *node, uint64_t job_id);
bool has_ended(const struct node *node, uint64_t job_id);
/* Waits until the file exists and is not empty, at most 20 s. */
void await_file(const char *path);
/* Launches, expects STARTED, waits for the end. */
struct ended run_script(struct node *node, uint64_t job_id, const char *script);

/* A slot of the file of intents. */
enum { SLOT = 64 };
uint32_t crc32_of(const uint8_t *bytes, size_t length);
/* The promise of a run as a launcher writes it, of a boot that was long ago. */
void put_intent(uint8_t intent[SLOT], uint64_t job_id, uint64_t not_after_ms);
char *intents_path(const struct node *node, char path[PATH_BYTES]);
char *run_path(const struct node *node, char path[PATH_BYTES], uint64_t job_id, const char *kind);

/* A run that says that it is up and then waits until let_go, to end with exit code 4; the pid of its monitor. */
pid_t start_waiting(struct node *node, uint64_t job_id);
/* The script's own pid. */
pid_t main_pid(const struct node *node, uint64_t job_id);
void let_go(const struct node *node);
/* A process that nobody has waited for yet is gone for our purpose. */
bool is_alive(pid_t pid);

char *read_text(const char *path, char *text, size_t capacity);
char *work_path(const struct node *node, const char *name, char *path);

#endif
