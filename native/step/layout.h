/* Which tasks of a step are where. */
#ifndef QUEQIAO_STEP_LAYOUT_H
#define QUEQIAO_STEP_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LAYOUT_MAX_NODES = 4096, LAYOUT_MAX_TASKS = 65536 };

struct node {
    char *name;
    char *address;
    uint32_t cores, job_tasks; /* of the allocation */
    uint32_t tasks, first_rank;
    uint16_t core_count;
    uint16_t *core_ids;
};

/* What was asked for; 0 and NULL: nothing. */
struct wish {
    uint32_t nodes, tasks, tasks_per_node, cpus_per_task;
    const char *node_list;
    bool overcommit;
};

struct layout {
    struct node *nodes;
    uint32_t count, tasks, cpus_per_task;
};

/* The nodes of the allocation, as the job's environment names them. NULL, or what is wrong. */
const char *layout_read(struct layout *allocation);

/* Chooses nodes and spreads tasks: blocks of ranks, as even as the cores allow. NULL, or what is wrong. */
const char *layout_choose(struct layout *allocation, const struct wish *wish, struct layout *layout);

/* "(vector,(0,2,3),(2,1,1))": nodes 0 and 1 with 3 tasks, node 2 with 1. */
void layout_mapping(const struct layout *layout, char *text, size_t size);

/* As Slurm writes it: "3(x2),1". */
void layout_tasks_per_node(const struct layout *layout, char *text, size_t size);

#endif
