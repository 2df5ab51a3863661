#define _GNU_SOURCE
#include "removal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_DEPTH = 200 };

/* By descriptor, never through a symbolic link; what is deeper than MAX_DEPTH stays. */
static void empty_directory(int parent_fd, const char *name, int depth) {
    int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
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
            empty_directory(dirfd(directory), entry->d_name, depth + 1);
            unlinkat(dirfd(directory), entry->d_name, AT_REMOVEDIR);
        }
    }
    closedir(directory);
}

void remove_private_tmp(const char *run) {
    char file[RUN_FILE_BYTES];
    struct stat status;
    snprintf(file, sizeof file, "%s.tmp", run);
    if (fstatat(RUNS_FD, file, &status, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(status.st_mode)) {
        return;
    }
    pid_t child = fork();
    if (child == 0) {
        if (take_identity(status.st_uid, status.st_gid, NULL, 0) == NULL &&
            prove_identity(status.st_uid, status.st_gid, NULL, 0) == NULL) {
            empty_directory(RUNS_FD, file, 0);
        }
        _exit(0);
    }
    if (child > 0) {
        waitpid(child, NULL, 0);
        unlinkat(RUNS_FD, file, AT_REMOVEDIR);
    }
}
