/* The variables of a step's tasks. */
#ifndef QUEQIAO_STEP_ENVIRONMENT_H
#define QUEQIAO_STEP_ENVIRONMENT_H

#include <stdbool.h>

#include "channel.h"
#include "layout.h"

enum { PATH_MAX_TEXT = 8192 };

/* Sets in this process what all tasks of the step have in common. */
void environment_set(const struct layout *layout, uint32_t step, const char *address, uint16_t port);

/* How many GPUs each task has of its own; 0: it sees all. Where the job says so, nothing is to be set. */
void environment_set_gpus(unsigned per_task);

/* Lets this process see the GPUs of one task of its node. False when the node has not so many. */
bool environment_choose_gpus(uint32_t local);

/* Adds all variables of this process but those that each node has of its own. */
void environment_add(struct buffer *out);

/* The directory to start in: the given one, made absolute, or this one. */
const char *environment_directory(const char *given);

/* The user's shell; where that lets nobody in, one that does: who has a job may run anything in it anyway. */
const char *environment_shell(void);

#endif
