/* What the launcher hands to the monitor of a run: verified, resolved, in one memory file. */
#ifndef QUEQIAO_SPEC_H
#define QUEQIAO_SPEC_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "cgroup.h"
#include "counters.h"
#include "order.h"
#include "record.h"

/* The descriptors that a monitor starts with. */
enum monitor_fd { SPEC_FD = 3, RUNS_FD = 4, SPOOL_FD = 5, CONTROL_FD = 6 };

enum { SPEC_PATH_BYTES = 4096, MAX_GROUPS = 1024 };

/* What a run sees as /tmp is this folder of its own, in one that only root passes. */
#define PRIVATE_TMP_INNER "tmp"

/* A message on the control pipe. */
/* Set in the number of a signal that only the main process gets. */
enum { SIGNAL_MAIN_ONLY = 0x100 };

/* In place of a signal: start the host of the run, unless it is there. */
enum { START_HOST = 0x200 };

/* In place of a signal: hand the counters out to the listener whose number, its name, stands in the place of the grace. */
enum { HAND_OUT = 0x800 };

struct control_message {
    uint32_t signal;
    uint32_t grace_ms;
};

/* What is the same for all runs of a launcher. */
struct node_spec {
    gid_t spool_group;
    uid_t agent_uid;
    bool is_root; /* jobs run as their users */
    bool private_tmp; /* for runs whose folders and outputs are elsewhere */
    uint8_t absent_events[COUNTER_PERF_LAST + 1];
    uint8_t boot_id[BOOT_ID_BYTES];
    struct cgroup_layout layout;
    char data_path[SPEC_PATH_BYTES]; /* resolved */
    char commands[SPEC_PATH_BYTES]; /* the folder of the node's commands, or empty */
    uint32_t command_ms;
    uint32_t device_count; /* of the node's list */
};

/* Followed by the groups (gid_t each), the node's list of devices, the CPUs of its cores as --cpus has them, and the bytes of the order. */
struct launch_spec {
    uint32_t magic;
    uint32_t total_bytes;
    struct node_spec node;
    struct order order; /* whose bytes follow */
    char run_name[RUN_NAME_BYTES];
    uint64_t start_ms;
    gid_t gid;
    uint32_t group_count;
    uint32_t cpus_bytes; /* with NUL; 1: core N is CPU N */
};

/* Another one for each layout: a monitor obeys only the launcher that it came with. A change that keeps the size takes a new number. */
#define SPEC_MAGIC (0x51515400U + (uint32_t)sizeof(struct launch_spec))

#endif
