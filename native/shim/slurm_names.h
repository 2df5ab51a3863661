/* What slurmdbd keeps by number in its records, by name. */
#ifndef QUEQIAO_SLURM_NAMES_H
#define QUEQIAO_SLURM_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include <slurm/slurm.h>

#include "slurm_bytes.h"

struct names {
    List qos;
    List tres;
};

/* Asks slurmdbd for them, those that were deleted too: what a record is called does not change. */
bool load_names(void *database, struct names *names);

void free_names(struct names *names);

/* The name of a quality of service; an empty text where it has none. */
void put_qos(struct bytes *bytes, const struct names *names, uint32_t number);

/* Trackable resources by name, as cpu=4,mem=2000,gres/gpu:a100=2; memory is in MiB. */
void put_tres(struct bytes *bytes, const struct names *names, const char *numbered);

#endif
