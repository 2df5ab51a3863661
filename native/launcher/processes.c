#define _GNU_SOURCE
#include "processes.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_PROCESSES = 65536 };

struct process {
    pid_t pid;
    pid_t parent;
    bool marked;
};

/* The parent from /proc/PID/stat: the command in parentheses may hold anything, so read from its end. */
static pid_t parent_of(int proc_fd, const char *pid) {
    char path[32];
    char text[512];
    snprintf(path, sizeof path, "%.16s/stat", pid);
    int fd = openat(proc_fd, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return 0;
    }
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    text[length < 0 ? 0 : length] = 0;
    const char *close_parenthesis = strrchr(text, ')');
    char state = 0;
    int parent = 0;
    if (close_parenthesis == NULL || sscanf(close_parenthesis + 1, " %c %d", &state, &parent) != 2) {
        return 0;
    }
    return state == 'Z' ? 0 : (pid_t)parent;
}

static size_t list_processes(struct process *processes) {
    DIR *proc = opendir("/proc");
    size_t count = 0;
    struct dirent *entry = NULL;
    while (proc != NULL && count < MAX_PROCESSES && (entry = readdir(proc)) != NULL) {
        long pid = strtol(entry->d_name, NULL, 10);
        if (pid > 1) {
            processes[count++] = (struct process){(pid_t)pid, parent_of(dirfd(proc), entry->d_name), false};
        }
    }
    if (proc != NULL) {
        closedir(proc);
    }
    return count;
}

static bool is_listed(pid_t pid, const pid_t *pids, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (pids[i] == pid) {
            return true;
        }
    }
    return false;
}

static bool descends(const struct process *processes, size_t count, pid_t parent, pid_t ancestor) {
    if (parent == ancestor) {
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        if (processes[i].pid == parent) {
            return processes[i].marked;
        }
    }
    return false;
}

size_t signal_descendants(pid_t ancestor, int signal, const pid_t *spared, size_t spared_count) {
    struct process *processes = calloc(MAX_PROCESSES, sizeof *processes);
    if (processes == NULL) {
        return 1;
    }
    size_t count = list_processes(processes);
    size_t found = 0;
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < count; i++) {
            struct process *process = &processes[i];
            if (!process->marked && process->parent != 0 && !is_listed(process->pid, spared, spared_count) &&
                descends(processes, count, process->parent, ancestor)) {
                process->marked = changed = true;
                found++;
                kill(process->pid, signal);
            }
        }
    }
    free(processes);
    return found;
}
