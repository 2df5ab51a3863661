#define _GNU_SOURCE
#include "checks.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

_Noreturn void refuse(const char *path, const char *why) {
    fprintf(stderr, "queqiao-launcher: refused: %s: %s\n", path, why);
    exit(1);
}

static void check_folder(const char *folder, bool is_root) {
    struct stat status;
    if (stat(folder, &status) != 0) {
        refuse(folder, strerror(errno));
    }
    bool sticky = (status.st_mode & S_ISVTX) != 0;
    if ((status.st_mode & (S_IWGRP | S_IWOTH)) != 0 && !sticky) {
        refuse(folder, "other users can write to this folder, so they could replace what is in it");
    }
    if (is_root && (status.st_mode & S_IXOTH) == 0) {
        refuse(folder, "the users of jobs cannot pass through this folder to their scripts (chmod o+x)");
    }
}

/* Every folder from / to the data: a job's user must reach its script, and nobody may swap it. */
void check_data_path(const char *path, bool is_root, bool private_tmp) {
    char folder[4096];
    struct stat status;
    struct statvfs fs;
    if (stat(path, &status) != 0 || statvfs(path, &fs) != 0) {
        refuse(path, strerror(errno));
    }
    if (status.st_uid != geteuid()) {
        refuse(path, "the folder does not belong to the launcher's user");
    }
    if ((fs.f_flag & ST_NOEXEC) != 0) {
        refuse(path, "the file system is mounted noexec, so scripts in it cannot be executed");
    }
    if (private_tmp && strncmp(path, "/tmp/", 5) == 0) {
        refuse(path, "with --private-tmp the data must not be below /tmp, which each job replaces by its own");
    }
    check_folder("/", is_root);
    for (const char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
        check_folder(folder, is_root);
    }
    check_folder(path, is_root);
}

void read_public_key(const char *path, uint8_t *key, size_t length) {
    struct stat status;
    int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) != 0) {
        refuse(path, strerror(errno));
    }
    if (!S_ISREG(status.st_mode) || status.st_uid != geteuid() || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        refuse(path, "the public key must be a file of the launcher's user that nobody else can write");
    }
    if (status.st_size != (off_t)length || read(fd, key, length) != (ssize_t)length) {
        refuse(path, "the public key must be 32 raw bytes");
    }
    close(fd);
}

void read_boot_id(uint8_t *boot_id, size_t length) {
    static const char path[] = "/proc/sys/kernel/random/boot_id";
    char text[64];
    size_t filled = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof text);
    if (got < 0 || sodium_hex2bin(boot_id, length, text, (size_t)got, "-\n", &filled, NULL) != 0 || filled != length) {
        refuse(path, "no boot id");
    }
    close(fd);
}
