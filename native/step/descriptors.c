#define _GNU_SOURCE
#include "descriptors.h"

#include <stdbool.h>
#include <sys/resource.h>

static struct rlimit usual;
static bool raised;

void descriptors_raise(void) {
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files) != 0) {
        return;
    }
    if (!raised) {
        usual = files;
    }
    files.rlim_cur = files.rlim_max;
    raised = setrlimit(RLIMIT_NOFILE, &files) == 0 || raised;
}

void descriptors_restore(void) {
    if (raised) {
        setrlimit(RLIMIT_NOFILE, &usual);
    }
}
