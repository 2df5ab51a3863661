/*
 * How many real runs per second one launcher starts, ends and forgets, how long one takes, and what it costs the
 * processors, which other work on the machine changes less. Prints one line of JSON. Usage: launch_bench [runs [window]]
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "harness.h"

enum { MAX_RUNS_MEASURED = 100000, LATENCY_RUNS = 200 };

static uint32_t runs = 2000;
static uint32_t window = 32;
static uint32_t started;
static uint32_t ended;
static uint32_t answered;
static uint32_t forgotten;
static const uint16_t cores[] = {0, 1};

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* The hierarchy of version 2, which counts the time of all that a group ever had in it; root alone may make groups. */
static const char *counting_root(void) {
    return access("/sys/fs/cgroup/cgroup.procs", F_OK) == 0 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/unified";
}

static void enter_group(const char *group) {
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s/cgroup.procs", counting_root(), group);
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    CHECK(fd >= 0 && write(fd, "0", 1) == 1 && close(fd) == 0);
}

static double group_ms(const char *group) {
    char path[PATH_BYTES];
    char text[4096];
    snprintf(path, sizeof path, "%s/%s/cpu.stat", counting_root(), group);
    const char *found = strstr(read_text(path, text, sizeof text), "usage_usec ");
    CHECK(found != NULL);
    return (double)strtoull(found + 11, NULL, 10) / 1000;
}

static double own_ms(void) {
    struct rusage usage;
    CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1000;
}

/* What the runs cost in launcher and monitors, and in themselves. */
struct costs {
    char own[64];
    char of_runs[32];
    double ours_ms;
    double runs_ms;
};

/* Whoever measures is in the group too, and so is what it starts. */
static void begin_costs(struct costs *costs) {
    char path[PATH_BYTES];
    snprintf(costs->own, sizeof costs->own, "launch-bench-%d", (int)getpid());
    snprintf(path, sizeof path, "%s/%s", counting_root(), costs->own);
    CHECK(mkdir(path, 0755) == 0);
    enter_group(costs->own);
}

static void note_costs(struct costs *costs, const struct node *node) {
    uint8_t digest[crypto_generichash_BYTES];
    strcpy(costs->of_runs, "queqiao-");
    crypto_generichash(digest, sizeof digest, (const uint8_t *)node->data, strlen(node->data), NULL, 0);
    sodium_bin2hex(costs->of_runs + 8, 17, digest, 8);
    costs->ours_ms = group_ms(costs->own) - own_ms() - costs->ours_ms;
    costs->runs_ms = group_ms(costs->of_runs) - costs->runs_ms;
}

static void end_costs(const struct costs *costs) {
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", counting_root(), costs->own);
    enter_group(".");
    CHECK(rmdir(path) == 0);
}

static int watch_spool(const struct node *node) {
    char spool[PATH_BYTES];
    int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    snprintf(spool, sizeof spool, "%.400s/spool", node->data);
    CHECK(fd >= 0 && inotify_add_watch(fd, spool, IN_MOVED_TO) >= 0);
    return fd;
}

static void forget(const struct node *node, const char *record) {
    uint8_t body[12];
    put64(body, strtoull(record, NULL, 10));
    put32(body + 8, 1);
    send_frame(node->fd, 5, body, sizeof body);
}

/* Ended runs are forgotten at once, as the agent does. */
static void take_ends(const struct node *node, int spool) {
    char events[64 * 1024] __attribute__((aligned(8)));
    ssize_t got = read(spool, events, sizeof events);
    for (ssize_t at = 0; at < got;) {
        struct inotify_event *event = (struct inotify_event *)(void *)(events + at);
        if (event->mask & IN_MOVED_TO && strstr(event->name, ".exit") != NULL) {
            ended++;
            forget(node, event->name);
        }
        at += (ssize_t)sizeof *event + (ssize_t)event->len;
    }
}

static void take_reply(const struct node *node) {
    struct reply reply;
    CHECK(receive_reply(node->fd, &reply));
    if (reply.type == 1) {
        CHECK_EQUAL(1, reply.status);
        answered++;
    } else {
        CHECK_EQUAL(0, reply.status);
        forgotten++;
    }
    reply_free(&reply);
}

static uint32_t core_count(void) {
    return sysconf(_SC_NPROCESSORS_ONLN) > 1 ? 2 : 1;
}

static double measure_rate(const struct node *node, int spool) {
    double start = seconds();
    while (forgotten < runs) {
        while (started < runs && started - ended < window) {
            size_t length = 0;
            struct launch launch = launch_defaults(node, ++started, "#!/bin/sh\nexit 0\n");
            launch.stdout_path = "/dev/null";
            launch.mem_bytes = 1 << 30;
            launch.core_count = 1;
            launch.cores = &cores[started % core_count()];
            uint8_t *order = launch_sign(node, &launch, &length);
            send_frame(node->fd, 1, order, length);
            free(order);
        }
        struct pollfd ready[2] = {{node->fd, POLLIN, 0}, {spool, POLLIN, 0}};
        CHECK(poll(ready, 2, 20000) > 0);
        if (ready[0].revents != 0) {
            take_reply(node);
        }
        if (ready[1].revents != 0) {
            take_ends(node, spool);
        }
    }
    return seconds() - start;
}

static int by_value(const void *left, const void *right) {
    double a = *(const double *)left;
    double b = *(const double *)right;
    return a < b ? -1 : a > b;
}

/* Milliseconds from order to exit record, one run at a time; nearest rank. */
static void measure_latency(struct node *node, double *p50, double *p99) {
    static double took[LATENCY_RUNS];
    for (uint32_t i = 0; i < LATENCY_RUNS; i++) {
        double start = seconds();
        run_script(node, 1000000 + i, "#!/bin/sh\nexit 0\n");
        took[i] = (seconds() - start) * 1000;
        CHECK_EQUAL(0, request_forget(node, 1000000 + i));
    }
    qsort(took, LATENCY_RUNS, sizeof *took, by_value);
    *p50 = took[LATENCY_RUNS / 2 - 1];
    *p99 = took[LATENCY_RUNS * 99 / 100 - 1];
}

/* Mean resident memory of the monitors of runs that wait. */
static double measure_monitors(struct node *node) {
    enum { WAITING = 10 };
    uint64_t kilobytes = 0;
    for (uint32_t i = 0; i < WAITING; i++) {
        char path[PATH_BYTES];
        char text[4096];
        struct launch launch = launch_defaults(node, 2000000 + i, "#!/bin/sh\necho >>ready\nexec sleep 600\n");
        struct reply reply = request_launch(node, &launch);
        CHECK_EQUAL(1, reply.status);
        await_file(work_path(node, "ready", path));
        snprintf(path, sizeof path, "/proc/%" PRIu32 "/status", get32(reply.payload));
        const char *found = strstr(read_text(path, text, sizeof text), "VmRSS:");
        CHECK(found != NULL);
        kilobytes += strtoull(found + 6, NULL, 10);
        reply_free(&reply);
    }
    for (uint32_t i = 0; i < WAITING; i++) {
        struct reply reply = request_signal(node, 2000000 + i, SIGKILL, 0);
        reply_free(&reply);
        await_end(node, 2000000 + i);
    }
    return (double)kilobytes / WAITING;
}

static void measure(void) {
    struct node node;
    struct costs costs = {.ours_ms = 0};
    double p50 = 0;
    double p99 = 0;
    node_create(&node);
    if (is_root()) {
        begin_costs(&costs);
    }
    node_start(&node);
    double monitor_kb = measure_monitors(&node);
    measure_latency(&node, &p50, &p99);
    int spool = watch_spool(&node);
    if (is_root()) {
        note_costs(&costs, &node);
    }
    double took = measure_rate(&node, spool);
    if (is_root()) {
        note_costs(&costs, &node);
    }
    close(spool);
    printf("{\"runs\":%" PRIu32 ",\"window\":%" PRIu32 ",\"runsPerSecond\":%.1f,\"p50Ms\":%.2f,\"p99Ms\":%.2f,"
           "\"launchCpuMs\":%.2f,\"scriptCpuMs\":%.2f,\"monitorResidentKb\":%.0f,\"processors\":%ld,\"root\":%s}\n",
           runs, window, runs / took, p50, p99, costs.ours_ms / runs, costs.runs_ms / runs, monitor_kb,
           sysconf(_SC_NPROCESSORS_ONLN), is_root() ? "true" : "false");
    node_destroy(&node);
    if (is_root()) {
        end_costs(&costs);
    }
}

int main(int count, char **arguments) {
    static const struct test all[] = {TEST(measure)};
    char *none[] = {arguments[0], NULL, NULL};
    int passed_on = 1;
    for (int i = 1, numbers = 0; i < count; i++) {
        uint32_t value = (uint32_t)strtoul(arguments[i], NULL, 10);
        if (value == 0) {
            none[passed_on++] = arguments[i];
            break;
        }
        *(numbers++ == 0 ? &runs : &window) = value > MAX_RUNS_MEASURED ? MAX_RUNS_MEASURED : value;
    }
    return run_tests(passed_on, none, all, 1);
}
