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

/* What its user closed to himself is opened again. */
static int open_closed(int parent_fd, const char *name) {
    int fd = open_directory(parent_fd, name);
    if (fd < 0 && errno == EACCES && fchmodat(parent_fd, name, 0700, AT_SYMLINK_NOFOLLOW) == 0) {
        fd = open_directory(parent_fd, name);
    }
    if (fd >= 0) {
        (void)fchmod(fd, 0700);
    }
    return fd;
}

/* To the top under a name that is free there: a folder with something in it is never replaced. */
static bool move_up(int parent_fd, const char *name, int top) {
    static unsigned moves;
    char free_name[32];
    close(open_closed(parent_fd, name)); /* its entry for the parent is written */
    do {
        snprintf(free_name, sizeof free_name, "deep.%u", moves++);
        if (renameat(parent_fd, name, top, free_name) == 0) {
            return true;
        }
    } while (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR);
    return false;
}

/* By descriptor, never through a symbolic link. True when deeper folders were moved to the top. */
static bool empty_directory(int fd, int depth, int top) {
    bool moved = false;
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);
    if (directory == NULL) {
        return false;
    }
    struct dirent *entry = NULL;
    while ((entry = readdir(directory)) != NULL) {
        const char *name = entry->d_name;
        if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || unlinkat(fd, name, 0) == 0 ||
            (errno != EISDIR && errno != EPERM) || unlinkat(fd, name, AT_REMOVEDIR) == 0) {
            continue;
        }
        if (depth == MAX_DEPTH) {
            moved |= move_up(fd, name, top);
            continue;
        }
        moved |= empty_directory(open_closed(fd, name), depth + 1, top);
        unlinkat(fd, name, AT_REMOVEDIR);
    }
    closedir(directory);
    return moved;
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
                (void)fchmod(inner, 0700);
                while (empty_directory(open_directory(inner, "."), 0, inner)) {
                }
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
