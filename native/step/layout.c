#define _GNU_SOURCE
#include "layout.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hosts.h"

static char problem[512];

const char *layout_read(struct layout *allocation) {
    const char *names = getenv("QUEQIAO_NODE_LIST");
    if (names == NULL || names[0] == 0) {
        return "this is no job: there is no QUEQIAO_NODE_LIST";
    }
    char *copy = hosts_expand(names, LAYOUT_MAX_NODES);
    char *rest = NULL;
    *allocation = (struct layout){.nodes = calloc(LAYOUT_MAX_NODES, sizeof(struct node))};
    if (copy == NULL || allocation->nodes == NULL) {
        return "the job has more nodes than a step can have, a name is too long, or there is no memory";
    }
    for (char *name = strtok_r(copy, ",", &rest); name != NULL; name = strtok_r(NULL, ",", &rest)) {
        struct node *node = &allocation->nodes[allocation->count];
        node->name = name;
        node->cores = hosts_number_at(getenv("QUEQIAO_CORES_PER_NODE"), allocation->count);
        node->job_tasks = hosts_number_at(getenv("QUEQIAO_TASKS_PER_NODE"), allocation->count);
        allocation->tasks += node->job_tasks;
        allocation->count++;
    }
    allocation->cpus_per_task = hosts_number_at(getenv("SLURM_CPUS_PER_TASK"), 0);
    return NULL;
}

static bool has_node(const struct layout *allocation, const char *name) {
    for (uint32_t i = 0; i < allocation->count; i++) {
        if (strcmp(allocation->nodes[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

static bool is_listed(const char *list, const char *name) {
    size_t length = strlen(name);
    for (const char *at = list; at != NULL; at = strchr(at, ',')) {
        at += *at == ',' ? 1 : 0;
        if (strncmp(at, name, length) == 0 && (at[length] == 0 || at[length] == ',')) {
            return true;
        }
    }
    return false;
}

static const char *choose_nodes(struct layout *allocation, const struct wish *wish, struct layout *layout) {
    uint32_t most = wish->nodes;
    char *asked = wish->node_list == NULL ? NULL : hosts_expand(wish->node_list, LAYOUT_MAX_NODES);
    if (wish->node_list != NULL && asked == NULL) {
        return "--nodelist is no list of nodes, such as cn1,cn2 or cn[1-4]";
    }
    if (most == 0) {
        most = wish->node_list == NULL && wish->tasks > 0 && wish->tasks < allocation->count ? wish->tasks
                                                                                            : allocation->count;
    }
    for (uint32_t i = 0; i < allocation->count && layout->count < most; i++) {
        if (asked == NULL || is_listed(asked, allocation->nodes[i].name)) {
            layout->nodes[layout->count] = allocation->nodes[i];
            layout->nodes[layout->count++].tasks = 0;
        }
    }
    char *rest = NULL;
    for (char *name = asked == NULL ? NULL : strtok_r(asked, ",", &rest); name != NULL; name = strtok_r(NULL, ",", &rest)) {
        if (!has_node(allocation, name)) {
            snprintf(problem, sizeof problem, "node %.200s is not of this job, which has %.200s", name,
                     getenv("QUEQIAO_NODE_LIST"));
            free(asked);
            return problem;
        }
    }
    free(asked);
    if (wish->nodes > layout->count) {
        snprintf(problem, sizeof problem, "%u nodes are asked for and there are %u", wish->nodes, layout->count);
        return problem;
    }
    return NULL;
}

const char *layout_choose(struct layout *allocation, const struct wish *wish, struct layout *layout) {
    *layout = (struct layout){.nodes = calloc(LAYOUT_MAX_NODES, sizeof(struct node))};
    const char *wrong = layout->nodes == NULL ? "out of memory" : choose_nodes(allocation, wish, layout);
    if (wrong != NULL) {
        return wrong;
    }
    layout->cpus_per_task = wish->cpus_per_task > 0 ? wish->cpus_per_task : allocation->cpus_per_task;
    layout->cpus_per_task = layout->cpus_per_task == 0 ? 1 : layout->cpus_per_task;
    bool as_the_job = wish->tasks == 0 && wish->tasks_per_node == 0 && layout->count == allocation->count &&
                      (wish->cpus_per_task == 0 || wish->cpus_per_task == allocation->cpus_per_task) &&
                      allocation->tasks >= allocation->count;
    layout->tasks = wish->tasks > 0            ? wish->tasks
                    : wish->tasks_per_node > 0 ? wish->tasks_per_node * layout->count
                    : as_the_job               ? allocation->tasks
                                               : layout->count;
    if (layout->tasks < layout->count) {
        layout->count = layout->tasks;
    }
    if (layout->tasks > LAYOUT_MAX_TASKS) {
        return "a step has at most 65536 tasks";
    }
    uint32_t left = layout->tasks;
    for (uint32_t round = 1; left > 0; round++) {
        bool placed = false;
        for (uint32_t i = 0; i < layout->count && left > 0; i++) {
            struct node *node = &layout->nodes[i];
            bool room = as_the_job ? node->tasks < node->job_tasks
                                   : wish->overcommit || (uint64_t)round * layout->cpus_per_task <= node->cores;
            if (room && (wish->tasks_per_node == 0 || node->tasks < wish->tasks_per_node)) {
                node->tasks++;
                left--;
                placed = true;
            }
        }
        if (!placed) {
            snprintf(problem, sizeof problem,
                     "%u tasks with %u cores each do not fit the cores of the job on %u nodes%s: ask for fewer, or for "
                     "--overcommit",
                     layout->tasks, layout->cpus_per_task, layout->count,
                     wish->tasks_per_node > 0 ? " with so many tasks on each" : "");
            return problem;
        }
    }
    uint32_t rank = 0;
    uint32_t used = 0;
    for (uint32_t i = 0; i < layout->count; i++) {
        if (layout->nodes[i].tasks > 0) {
            layout->nodes[used++] = layout->nodes[i];
        }
    }
    layout->count = used;
    for (uint32_t i = 0; i < layout->count; i++) {
        layout->nodes[i].first_rank = rank;
        rank += layout->nodes[i].tasks;
    }
    return NULL;
}

void layout_mapping(const struct layout *layout, char *text, size_t size) {
    size_t length = (size_t)snprintf(text, size, "(vector");
    for (uint32_t i = 0; i < layout->count && length < size;) {
        uint32_t same = 1;
        while (i + same < layout->count && layout->nodes[i + same].tasks == layout->nodes[i].tasks) {
            same++;
        }
        length += (size_t)snprintf(text + length, size - length, ",(%u,%u,%u)", i, same, layout->nodes[i].tasks);
        i += same;
    }
    if (length < size) {
        snprintf(text + length, size - length, ")");
    }
}

void layout_tasks_per_node(const struct layout *layout, char *text, size_t size) {
    size_t length = 0;
    text[0] = 0;
    for (uint32_t i = 0; i < layout->count && length < size;) {
        uint32_t same = 1;
        while (i + same < layout->count && layout->nodes[i + same].tasks == layout->nodes[i].tasks) {
            same++;
        }
        length += (size_t)snprintf(text + length, size - length, same == 1 ? "%s%u" : "%s%u(x%u)", i == 0 ? "" : ",",
                                   layout->nodes[i].tasks, same);
        i += same;
    }
}
