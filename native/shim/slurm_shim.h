/*
 * What the bridge asks of libslurm: a flat C interface of fixed-width integers. No type of Slurm crosses
 * it, because their layouts change with each release. Every answer is one block of bytes, big-endian:
 * numbers, texts with their length, and lists with their count. Every function returns 0 and an answer, or
 * an error number of Slurm and its text.
 */
#ifndef QUEQIAO_SLURM_SHIM_H
#define QUEQIAO_SLURM_SHIM_H

#include <stdint.h>

/* Rises when a function or an answer changes its meaning; the bridge refuses a library of another version. */
enum { SLURM_SHIM_ABI_VERSION = 7 };

/* What the loaded libslurm is not. Far from the numbers of Slurm. */
enum { SLURM_SHIM_OTHER_LIBRARY = 900001, SLURM_SHIM_NO_MEMORY = 900002, SLURM_SHIM_BAD_REQUEST = 900003 };

#define SLURM_SHIM_API __attribute__((visibility("default")))

SLURM_SHIM_API int32_t shim_abi_version(void);

/* Frees an answer. */
SLURM_SHIM_API void slurm_shim_free(uint8_t *answer);

/*
 * Reads the configuration; libslurm ends the process when there is none. Answers with the versions of the
 * headers and of the library, and the name of the cluster. To be called first, once.
 */
SLURM_SHIM_API int32_t slurm_shim_open(uint8_t **answer, uint64_t *length);

/* Nodes and partitions as slurmctld sees them now. */
SLURM_SHIM_API int32_t slurm_shim_nodes(uint8_t **answer, uint64_t *length);

/* Jobs and steps that slurmctld knows now. */
SLURM_SHIM_API int32_t slurm_shim_jobs(uint8_t **answer, uint64_t *length);

/* The clock of slurmctld, in seconds, and how many messages it still has for slurmdbd. */
SLURM_SHIM_API int32_t slurm_shim_backlog(uint8_t **answer, uint64_t *length);

/* The clock of slurmctld, and when it was started, in seconds. */
SLURM_SHIM_API int32_t slurm_shim_clock(uint8_t **answer, uint64_t *length);

/*
 * The records of slurmdbd that ended within a time, in seconds since 1970, with resources and QOS by name, all steps, and what
 * all steps used: user and system CPU time (i64 microseconds) and the most memory of one (i64 bytes), -1 if not gathered.
 */
SLURM_SHIM_API int32_t slurm_shim_history(int64_t from_s, int64_t to_s, uint8_t **answer, uint64_t *length);

/*
 * All records of slurmdbd with their steps, ended or not, that some jobs have had since a time. The request is that time (u64)
 * and the numbers of the jobs (u32 each).
 */
SLURM_SHIM_API int32_t slurm_shim_records(
    const uint8_t *request, uint64_t request_length, uint8_t **answer, uint64_t *length);

/*
 * How many seconds within a time a record of slurmdbd ran, without those that it was suspended. It is found by its number, that of
 * its array (0: none) and its place there.
 */
SLURM_SHIM_API int32_t slurm_shim_ran(
    uint32_t job,
    uint32_t array_job,
    uint32_t array_task,
    uint64_t record,
    int64_t from_s,
    int64_t to_s,
    uint8_t **answer,
    uint64_t *length);

/*
 * Submits a batch job to the nodes that the request names, and answers with its number. The request is
 * uid, nodes, CPUs (u32 each), memory of each node in MiB (u64), and as texts name, account, partition,
 * node list, working directory, standard output, standard error, devices of each node (gres:gpu:2, or
 * empty), environment (each variable with a closing NUL), script.
 */
SLURM_SHIM_API int32_t slurm_shim_submit(
    const uint8_t *request, uint64_t request_length, uint8_t **answer, uint64_t *length);

/*
 * Sends a signal to a running job: to all of it (0), to its batch script (1) or to its steps (2). KILL to all of it
 * ends it, whether it waits or runs.
 */
SLURM_SHIM_API int32_t slurm_shim_signal(
    uint32_t job, int32_t signal, int32_t who, uint8_t **answer, uint64_t *length);

/* Lets all processes of a running job stop where they are, or go on. */
SLURM_SHIM_API int32_t slurm_shim_suspend(uint32_t job, int32_t suspend, uint8_t **answer, uint64_t *length);

#endif
