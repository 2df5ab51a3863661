#define _GNU_SOURCE
#include "removal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_DEPTH = 200 };

static int open_directory(int parent_fd, const char *name) {
    return openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* By descriptor, never through a symbolic link; what is deeper than MAX_DEPTH stays. */
static void empty_directory(int fd, int depth) {
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);
    if (directory == NULL) {
        return;
    }
    struct dirent *entry = NULL;
    while ((entry = readdir(directory)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
            continue;
        }
        if (unlinkat(dirfd(directory), entry->d_name, 0) != 0 && (errno == EISDIR || errno == EPERM) && depth < MAX_DEPTH) {
            empty_directory(open_directory(dirfd(directory), entry->d_name), depth + 1);
            unlinkat(dirfd(directory), entry->d_name, AT_REMOVEDIR);
        }
    }
    closedir(directory);
}

void remove_private_tmp(const char *run) {
    char file[RUN_FILE_BYTES];
    struct stat status;
    snprintf(file, sizeof file, "%s.tmp", run);
    int outer = open_directory(RUNS_FD, file);
    /* Of a run that an older monitor began the outer one is the user's, and what is in it anybody's. */
    bool is_older = outer < 0 || fstat(outer, &status) != 0 || status.st_uid != 0;
    int inner = is_older ? outer : open_directory(outer, PRIVATE_TMP_INNER);
    if (inner >= 0 && fstat(inner, &status) == 0 && status.st_uid != 0) {
        pid_t child = fork();
        if (child == 0) {
            if (take_identity(status.st_uid, status.st_gid, NULL, 0) == NULL &&
                prove_identity(status.st_uid, status.st_gid, NULL, 0) == NULL) {
                empty_directory(inner, 0);
            }
            _exit(0);
        }
        if (child > 0) {
            waitpid(child, NULL, 0);
        }
    }
    if (outer >= 0) {
        if (!is_older) {
            unlinkat(outer, PRIVATE_TMP_INNER, AT_REMOVEDIR);
        }
        unlinkat(RUNS_FD, file, AT_REMOVEDIR);
        close(outer);
    }
    if (!is_older && inner >= 0) {
        close(inner);
    }
}
