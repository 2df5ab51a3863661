/* The descendants of a process, found in /proc: what is used where no control group tracks a run. */
#ifndef QUEQIAO_PROCESSES_H
#define QUEQIAO_PROCESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* What a process that starts a step calls itself once it passes signals on to its tasks. */
#define STEP_STARTER "queqiao-step"

/*
 * What it gets for a signal that would end or stop itself, or that its terminal may send too; the number of the signal
 * comes as its value. Free for this: a program that starts steps sends itself none in real time.
 */
enum { STEP_CARRIER = 35 };

/* Set in the number of a signal that the tasks of steps get: it is sent by the carrier. */
enum { SIGNAL_CARRIED = 0x400 };

/* Sends a signal, by the carrier if that is set in its number. */
void send_signal(pid_t pid, int number);

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
