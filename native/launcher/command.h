/* The commands of a node, root's own programs in one folder: what runs before and after each run. */
#ifndef QUEQIAO_COMMAND_H
#define QUEQIAO_COMMAND_H

#include <stddef.h>
#include <stdint.h>

/* What COMMAND_ENVIRONMENT strings of NAME=value a command may have. */
enum { COMMAND_VARIABLES = 32 };

/* One command, by its fixed name; never by a text of a user. */
struct command {
    const char *folder;
    const char *name;
    uint32_t limit_ms;
    int log_fd;                                    /* of the folder whose parent holds commands.log */
    const char *environment[COMMAND_VARIABLES + 1]; /* and nothing else */
};

/*
 * Runs it as root, bounded in time and in what it may write, until nothing of it is left. 0: it succeeded. 1: there
 * is none of this name. -1: it failed, and `why` says how in one line of plain ASCII.
 */
int command_run(const struct command *command, char *why, size_t capacity);

/* The same, and nothing that it used counts as used by a child of the caller, who has no other child. */
int command_run_apart(const struct command *command, char *why, size_t capacity);

/* Runs the health check of a node and leaves what it found in the spool: "health", its time and the fault. */
void health_run(const char *folder, const char *limit_ms, const char *node, int spool_fd);

#endif
