/* What a step is started with. */
#ifndef QUEQIAO_STEP_START_H
#define QUEQIAO_STEP_START_H

#include "layout.h"

enum mpi { MPI_PMI1, MPI_PMIX, MPI_NONE };
enum input { INPUT_ALL, INPUT_NONE, INPUT_RANK };

struct options {
    struct wish wish;
    const char *name, *directory;
    const char *stdout_path, *stderr_path, *stdin_path;
    enum input input;
    enum mpi mpi;
    uint32_t input_rank;
    int gpus_per_task; /* -1: as the job */
    bool label, bind, kill_on_bad_exit, pty;
    char **command;
    int command_count;
};

/* Reads the words after "run"; wrong ones end the process with code 2. */
void options_read(struct options *options, int count, char **words);

/* Starts the step and carries its streams until it has ended; the exit code of its highest task. */
int starter_run(const struct options *options);

/* Tells that what the run has done until now is saved; 0 once that counts. */
int checkpoint_run(void);

/* Carries the streams of a shell whose other end comes by this local socket; its exit code. Without a command: a shell. */
int starter_attach(const char *path, char **command, int count);

/*
 * Serves the orders for steps on this node until the run ends. The main process of an interactive job ends with its first
 * shell, as that does, or when nobody opens one.
 */
int host_run(bool interactive);

#endif
