/* A node's share of one step: starts its tasks, carries their streams, serves their PMI, tells their ends. */
#ifndef QUEQIAO_STEP_SESSION_H
#define QUEQIAO_STEP_SESSION_H

#include "channel.h"

enum setup_flag { SETUP_BIND = 1, SETUP_PTY = 2, SETUP_STDIN_ALL = 4, SETUP_STDIN_ONE = 8, SETUP_NO_PMI = 16 };

/* Variables that each node has of its own. */
#define NODE_GPUS_PER_TASK "QUEQIAO_NODE_GPUS_PER_TASK" /* of the component that the node is of, where others have another */
#define OWN_VARIABLES                                                                                                  \
    "QUEQIAO_SOCKET", "QUEQIAO_NODE", "QUEQIAO_CORES", "QUEQIAO_MEM_BYTES", "SLURMD_NODENAME", "SLURM_CPUS_ON_NODE",   \
        "SLURM_MEM_PER_NODE", NODE_GPUS_PER_TASK, "SLURM_JOB_GPUS", "SLURM_GPUS_ON_NODE", "CUDA_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES"

/* The files that a path with a pattern stands for: %t rank, %N node, %n number of the node, %j job, %s step, %%. */
bool pattern_is_per_task(const char *path);
void pattern_expand(char *out, size_t size, const char *path, uint32_t rank, uint32_t node_index, uint32_t step);

/* Serves until the last task has ended; what is left of the tasks is then killed. Never returns. */
/* As the whole process of a shell it ends as that, and tells the agent so. */
/* `opened`, unless NULL, is called once the other end has said what to start. */
_Noreturn void session_run(struct channel *channel, bool shell, void (*opened)(void));

#endif
