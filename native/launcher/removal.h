/* Removes the private temporary directory of a run, as the user who filled it. */
#ifndef QUEQIAO_REMOVAL_H
#define QUEQIAO_REMOVAL_H

#include "steps.h"

void remove_private_tmp(const struct launch_spec *spec, const struct launch_fields *fields);

#endif
