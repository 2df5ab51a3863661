/* A launcher of which nothing is real but its parsers and its table of runs: what starts and signals is left out. */
#ifndef QUEQIAO_FUZZ_LAUNCHER_H
#define QUEQIAO_FUZZ_LAUNCHER_H

#include "launcher.h"

/* With folders of its own, once; each time as if it had just been started. */
struct launcher *fuzz_launcher(void);
/* Forgets all runs and removes their files. */
void fuzz_launcher_clear(void);
/* What orders are signed with here. */
extern uint8_t fuzz_secret_key[64];

#endif
