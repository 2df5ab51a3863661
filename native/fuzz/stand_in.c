#define _GNU_SOURCE
#include "stand_in.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>

#include "fuzz.h"

static struct launcher launcher;
static size_t waiting;
uint8_t fuzz_secret_key[64];

/* In memory where that can be: each time files are made, synced and removed. */
static char folder[64];

static void remove_folder(void) {
    fuzz_launcher_clear();
    unlinkat(launcher.runs_fd, "../runs", AT_REMOVEDIR);
    unlinkat(launcher.runs_fd, "../spool", AT_REMOVEDIR);
    rmdir(folder);
}

struct launcher *fuzz_launcher(void) {
    static const uint8_t seed[crypto_sign_SEEDBYTES] = {1};
    if (launcher.options.node == NULL) {
        snprintf(folder, sizeof folder, "%s/queqiao-fuzz-XXXXXX", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : P_tmpdir);
        MUST(sodium_init() >= 0 && mkdtemp(folder) != NULL);
        int base = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        MUST(base >= 0 && mkdirat(base, "runs", 0700) == 0 && mkdirat(base, "spool", 0700) == 0);
        launcher.runs_fd = openat(base, "runs", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        launcher.spool_fd = openat(base, "spool", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        launcher.node.spool_group = getegid();
        launcher.options.node = "node-1";
        launcher.options.min_uid = 1000;
        launcher.node.is_root = true;
        crypto_sign_seed_keypair(launcher.key, fuzz_secret_key, seed);
        memset(launcher.node.boot_id, 'b', sizeof launcher.node.boot_id);
        close(base);
        atexit(remove_folder);
    }
    launcher.agent_fd = launcher.listener_fd = launcher.intents_fd = -1;
    return &launcher;
}

static void empty(int fd) {
    DIR *entries = fdopendir(openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    MUST(entries != NULL);
    for (struct dirent *entry = NULL; (entry = readdir(entries)) != NULL;) {
        MUST(entry->d_name[0] == '.' || unlinkat(fd, entry->d_name, 0) == 0);
    }
    closedir(entries);
}

void fuzz_launcher_clear(void) {
    for (size_t i = 0; i < launcher.run_count; i++) {
        close_fd(&launcher.runs[i]->fd);
        free(launcher.runs[i]);
    }
    launcher.run_count = 0;
    launcher.slot_count = launcher.free_count = 0;
    close_fd(&launcher.intents_fd);
    empty(launcher.runs_fd);
    empty(launcher.spool_fd);
}

/* ---- what the real launcher does otherwise ---- */

_Noreturn void fatal(const char *what) {
    fprintf(stderr, "fatal: %s: %s\n", what, strerror(errno));
    abort();
}

void close_fd(int *fd) {
    if (*fd >= 0) {
        close(*fd);
    }
    *fd = -1;
}

void watch_fd(struct launcher *self, int fd, uint32_t events, struct watch *watch) {
    (void)self, (void)events;
    MUST(fd >= 0 && watch->ready != NULL);
}

void remove_tmp(const struct launcher *self, const char *run, bool wait) {
    (void)self, (void)wait;
    MUST(strlen(run) < RUN_NAME_BYTES);
}

void batch_launch(struct launcher *self, const struct order *order, const struct identity *identity) {
    (void)self;
    MUST(order->type == ORDER_LAUNCH && identity->state == IDENTITY_KNOWN && identity->uid == order->uid);
    waiting++;
}

void batch_receipt(struct launcher *self, enum status status, struct run *run) {
    MUST(run != NULL && waiting == 0);
    connection_answer(self, LAUNCH, status, 0, "");
}

size_t batch_count(void) {
    return waiting;
}

void batch_commit(struct launcher *self) {
    for (; waiting > 0; waiting--) {
        connection_answer(self, LAUNCH, STATUS_STARTED, 0, "");
    }
}

const struct identity *helper_look_up(struct launcher *self, const struct order *order) {
    static struct identity answers[3] = {
        {.state = IDENTITY_UNKNOWN}, {.state = IDENTITY_KNOWN}, {.state = IDENTITY_NOT_YET}};
    (void)self;
    answers[order->uid % 3].uid = order->uid;
    return &answers[order->uid % 3];
}

void helper_read(struct launcher *self, const struct order *order, const struct identity *identity) {
    MUST(order->type == ORDER_READ && order->max_bytes <= ORDER_MAX_READ && identity->state == IDENTITY_KNOWN);
    MUST(order->path.length >= 1 && order->path.length <= ORDER_MAX_PATH);
    connection_answer(self, READ, STATUS_FAILED, ENOENT, strerror(ENOENT));
}
