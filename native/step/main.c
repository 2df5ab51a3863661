/* The command of jobs: starts steps inside an allocation. Runs as the user and has no privilege. */
#define _GNU_SOURCE
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "environment.h"
#include "start.h"

static const char usage[] = "Usage: queqiao run [options] COMMAND   start a step on the nodes of this job\n"
                            "       queqiao rsh NODE COMMAND        start one task on a node of this job\n"
                            "       queqiao shell [options]         start a shell with a terminal\n"
                            "       queqiao checkpoint              what this job has done until now is saved\n"
                            "Inside a job only; 'queqiao run --help' lists the options.\n";

/* As rsh and ssh are called by the launchers of MPI: the words are joined and given to a shell. */
static int run_rsh(int count, char **words) {
    struct options options = {.bind = false, .stdout_path = "", .stderr_path = "", .directory = "", .name = "rsh"};
    size_t length = 1;
    if (count < 3) {
        fputs(usage, stderr);
        return 2;
    }
    for (int i = 2; i < count; i++) {
        length += strlen(words[i]) + 1;
    }
    char *command = calloc(1, length);
    if (command == NULL) {
        return 1;
    }
    for (int i = 2; i < count; i++) {
        strcat(command, words[i]);
        strcat(command, i + 1 < count ? " " : "");
    }
    char *arguments[] = {(char *)(uintptr_t) "/bin/sh", (char *)(uintptr_t) "-c", command, NULL};
    options.wish = (struct wish){.tasks = 1, .cpus_per_task = 1, .node_list = words[1], .overcommit = true};
    options.command = arguments;
    options.command_count = 3;
    return starter_run(&options);
}

static int run_shell(int count, char **words) {
    char **all = calloc((size_t)count + 4, sizeof *all);
    if (all == NULL) {
        return 1;
    }
    int used = 0;
    all[used++] = words[0];
    all[used++] = (char *)(uintptr_t) "--pty";
    for (int i = 1; i < count; i++) {
        all[used++] = words[i];
    }
    all[used++] = (char *)(uintptr_t)environment_shell();
    struct options options;
    options_read(&options, used, all);
    return starter_run(&options);
}

int main(int count, char **words) {
    struct options options;
    if (sodium_init() < 0 || count < 2) {
        fputs(usage, stderr);
        return 2;
    }
    if (strcmp(words[1], "run") == 0) {
        options_read(&options, count - 1, words + 1);
        return starter_run(&options);
    }
    if (strcmp(words[1], "rsh") == 0) {
        return run_rsh(count - 1, words + 1);
    }
    if (strcmp(words[1], "shell") == 0) {
        return run_shell(count - 1, words + 1);
    }
    if (strcmp(words[1], "checkpoint") == 0 && count == 2) {
        return checkpoint_run();
    }
    if (strcmp(words[1], "attend") == 0 && count == 2) {
        return host_run(true);
    }
    if (strcmp(words[1], "attach") == 0 && count > 2) {
        return starter_attach(words[2], words + 3, count - 3);
    }
    if (strcmp(words[1], "host") == 0) {
        return host_run(false);
    }
    fputs(usage, strcmp(words[1], "--help") == 0 || strcmp(words[1], "help") == 0 ? stdout : stderr);
    return strcmp(words[1], "--help") == 0 || strcmp(words[1], "help") == 0 ? 0 : 2;
}
