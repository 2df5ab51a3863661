/* Removes the private temporary directory of a run by its name, as the user who owns it; root empties none. */
#ifndef QUEQIAO_REMOVAL_H
#define QUEQIAO_REMOVAL_H

#include "steps.h"

void remove_private_tmp(const char *run);

#endif
