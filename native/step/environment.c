#define _GNU_SOURCE
#include "environment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fields.h"
#include "hosts.h"
#include "session.h"

enum { FIRST_PORT = 20000, PORTS = 10000 };

extern char **environ;

static void set_number(const char *name, unsigned long value) {
    char text[24];
    snprintf(text, sizeof text, "%lu", value);
    setenv(name, text, 1);
}

static void set_both(const char *name, const char *step_name, const char *value) {
    setenv(name, value, 1);
    setenv(step_name, value, 1);
}

void environment_set(const struct layout *layout, uint32_t step, const char *address, uint16_t port) {
    char text[PATH_MAX_TEXT];
    const char **each = calloc(layout->count, sizeof *each);
    const char *job = getenv("QUEQIAO_JOB_ID");
    for (uint32_t i = 0; each != NULL && i < layout->count; i++) {
        each[i] = layout->nodes[i].name;
    }
    char *names = each == NULL ? NULL : hosts_join(each, layout->count);
    free(each);
    set_number("SLURM_STEP_ID", step);
    set_number("SLURM_STEPID", step);
    set_number("QUEQIAO_STEP_ID", step);
    set_number("SLURM_STEP_NUM_NODES", layout->count);
    set_number("SLURM_STEP_NUM_TASKS", layout->tasks);
    set_number("SLURM_NNODES", layout->count);
    set_number("SLURM_NTASKS", layout->tasks);
    set_number("SLURM_NPROCS", layout->tasks);
    set_number("SLURM_CPUS_PER_TASK", layout->cpus_per_task);
    layout_tasks_per_node(layout, text, sizeof text);
    set_both("SLURM_TASKS_PER_NODE", "SLURM_STEP_TASKS_PER_NODE", text);
    set_both("SLURM_NODELIST", "SLURM_STEP_NODELIST", names == NULL ? "" : names);
    setenv("SLURM_LAUNCH_NODE_IPADDR", address, 1);
    set_number("SLURM_SRUN_COMM_PORT", port);
    set_number("SLURM_STEP_LAUNCHER_PORT", port);
    setenv("MASTER_ADDR", layout->nodes[0].address, 0);
    unsigned long number = job == NULL ? 0 : strtoul(job, NULL, 10);
    /* Below the ports that the kernel gives away, and another one for each of the job's next steps. */
    snprintf(text, sizeof text, "%lu", FIRST_PORT + (number * 31 + step) % PORTS);
    setenv("MASTER_PORT", text, 0);
    free(names);
}

void environment_set_gpus(unsigned per_task) {
    set_number("QUEQIAO_GPUS_PER_TASK", per_task);
    set_number("SLURM_GPUS_PER_TASK", per_task);
}

bool environment_choose_gpus(uint32_t local) {
    /* What the driver of each maker narrows its list by, and the numbers that the node has for them. */
    static const char *const names[][2] = {{"CUDA_VISIBLE_DEVICES", "CUDA_VISIBLE_DEVICES"},
                                           {"ROCR_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES"},
                                           {"SLURM_JOB_GPUS", "SLURM_STEP_GPUS"}};
    const char *step = getenv("QUEQIAO_GPUS_PER_TASK");
    const char *wanted = step == NULL ? getenv(NODE_GPUS_PER_TASK) : step;
    unsigned long per_task = wanted == NULL ? 0 : strtoul(wanted, NULL, 10);
    if (wanted == NULL && getenv("SLURM_HET_SIZE") != NULL) {
        unsetenv("SLURM_GPUS_PER_TASK");
    } else if (step == NULL && wanted != NULL) {
        setenv("SLURM_GPUS_PER_TASK", wanted, 1);
    }
    bool found = per_task == 0;
    for (size_t i = 0; per_task > 0 && i < sizeof names / sizeof *names; i++) {
        const char *all = getenv(names[i][0]);
        char *own = all == NULL ? NULL : hosts_items(all, local * per_task, per_task);
        if (all != NULL && own == NULL) {
            return false;
        }
        if (own != NULL) {
            setenv(names[i][1], own, 1);
            found = true;
        }
        free(own);
    }
    return found;
}

static int is_own(const char *variable) {
    static const char *const own[] = {OWN_VARIABLES};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        size_t length = strlen(own[i]);
        if (strncmp(variable, own[i], length) == 0 && variable[length] == '=') {
            return 1;
        }
    }
    return 0;
}

void environment_add(struct buffer *out) {
    size_t count = 0;
    for (char **each = environ; *each != NULL; each++) {
        count += is_own(*each) ? 0 : 1;
    }
    add_u32(out, count);
    for (char **each = environ; *each != NULL; each++) {
        if (!is_own(*each)) {
            add_string(out, *each);
        }
    }
}

const char *environment_directory(const char *given) {
    static char path[PATH_MAX_TEXT];
    if (given[0] == '/') {
        return given;
    }
    if (getcwd(path, sizeof path / 2) == NULL) {
        return "/";
    }
    if (given[0] != 0) {
        size_t length = strlen(path);
        snprintf(path + length, sizeof path - length, "/%s", given);
    }
    return path;
}

const char *environment_shell(void) {
    const char *shell = getenv("SHELL");
    const char *slash = shell == NULL ? NULL : strrchr(shell, '/');
    if (slash == NULL || strcmp(slash, "/nologin") == 0 || strcmp(slash, "/false") == 0 || access(shell, X_OK) != 0) {
        return access("/bin/bash", X_OK) == 0 ? "/bin/bash" : "/bin/sh";
    }
    return shell;
}
