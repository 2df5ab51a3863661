/* The descendants of a process, found in /proc: what is used where no control group tracks a run. */
#ifndef QUEQIAO_PROCESSES_H
#define QUEQIAO_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What a process that starts a step calls itself once it passes signals on to its tasks. */
#define STEP_STARTER "queqiao-step"

/* Whether a process calls itself so. */
bool is_named(pid_t pid, const char *name);

/*
 * Sends a signal to every descendant of `ancestor` (or to those that call themselves `only`), but for
 * the trees of the `spared` pids. Returns how many were found; 0 also means that none is left.
 */
size_t signal_descendants(pid_t ancestor, int signal, const char *only, const pid_t *spared, size_t spared_count);

/*
 * Sends STOP to every descendant of `ancestor`. Returns how many were not stopped yet; 0 means that
 * two looks, one after the other, found all of them stopped, so none of them can start another.
 */
size_t stop_descendants(pid_t ancestor);

#endif
