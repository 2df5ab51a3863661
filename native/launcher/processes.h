/* The descendants of a process, found in /proc: what is used where no control group tracks a run. */
#ifndef QUEQIAO_PROCESSES_H
#define QUEQIAO_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Sends a signal to every descendant of `ancestor`, but for the trees of the `spared` pids.
 * Returns how many were found; 0 also means that none is left.
 */
size_t signal_descendants(pid_t ancestor, int signal, const pid_t *spared, size_t spared_count);

/*
 * Sends STOP to every descendant of `ancestor`. Returns how many were not stopped yet; 0 means that
 * two looks, one after the other, found all of them stopped, so none of them can start another.
 */
size_t stop_descendants(pid_t ancestor);

#endif
