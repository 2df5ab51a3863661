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
    char state;
    bool marked;
};

/* The parent from /proc/PID/stat: the command in parentheses may hold anything, so read from its end. */
static pid_t parent_of(int proc_fd, const char *pid, char *state) {
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
    int parent = 0;
    if (close_parenthesis == NULL || sscanf(close_parenthesis + 1, " %c %d", state, &parent) != 2) {
        return 0;
    }
    return *state == 'Z' ? 0 : (pid_t)parent;
}

static size_t list_processes(struct process *processes) {
    DIR *proc = opendir("/proc");
    size_t count = 0;
    struct dirent *entry = NULL;
    while (proc != NULL && count < MAX_PROCESSES && (entry = readdir(proc)) != NULL) {
        long pid = strtol(entry->d_name, NULL, 10);
        if (pid > 1) {
            struct process *found = &processes[count++];
            *found = (struct process){.pid = (pid_t)pid};
            found->parent = parent_of(dirfd(proc), entry->d_name, &found->state);
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

bool is_named(pid_t pid, const char *name) {
    char path[32];
    char text[32] = {0};
    snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof text - 1);
    if (fd >= 0) {
        close(fd);
    }
    return length > 0 && strncmp(text, name, strlen(name)) == 0 && text[strlen(name)] == '\n';
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

/* Whether a process has blocked a signal, as one does that reads it from a descriptor, or has a handler for it. */
static bool takes(pid_t pid, int number) {
    char path[32];
    char line[256];
    unsigned long long taken = 0;
    unsigned long long mask = 0;
    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *status = fopen(path, "re");
    while (status != NULL && fgets(line, sizeof line, status) != NULL) {
        if (sscanf(line, "SigBlk: %llx", &mask) == 1 || sscanf(line, "SigCgt: %llx", &mask) == 1) {
            taken |= mask;
        }
    }
    if (status != NULL) {
        fclose(status);
    }
    return (taken >> (number - 1) & 1) != 0;
}

void send_signal(pid_t pid, int number) {
    if ((number & SIGNAL_CARRIED) == 0) {
        kill(pid, number);
    } else if (takes(pid, STEP_CARRIER)) {
        /* Who began before the carrier was known would die of it. */
        sigqueue(pid, STEP_CARRIER, (union sigval){.sival_int = number & ~SIGNAL_CARRIED});
    }
}

static size_t mark_and_signal(struct process *processes, size_t count, pid_t ancestor, int signal, const char *only,
                              const pid_t *spared, size_t spared_count) {
    size_t found = 0;
    for (bool changed = true; changed;) {
        changed = false;
        for (size_t i = 0; i < count; i++) {
            struct process *process = &processes[i];
            if (!process->marked && process->parent != 0 && !is_listed(process->pid, spared, spared_count) &&
                descends(processes, count, process->parent, ancestor)) {
                process->marked = changed = true;
                found++;
                if (only == NULL || is_named(process->pid, only)) {
                    send_signal(process->pid, signal);
                }
            }
        }
    }
    return found;
}

static bool is_stopped(const struct process *process) {
    return process->state == 'T' || process->state == 't';
}

/* After vfork a process waits for its child and cannot stop before that goes on; nor can it do anything else. */
static bool waits_for_stopped_child(const struct process *processes, size_t count, const struct process *process) {
    for (size_t i = 0; i < count && process->state == 'D'; i++) {
        if (processes[i].parent == process->pid && is_stopped(&processes[i])) {
            return true;
        }
    }
    return false;
}

size_t stop_descendants(pid_t ancestor) {
    struct process *processes = calloc(MAX_PROCESSES, sizeof *processes);
    if (processes == NULL) {
        return 1;
    }
    size_t going = 0;
    for (int look = 0; look < 2 && going == 0; look++) {
        size_t count = list_processes(processes);
        /* One without descendants has not started its first yet. */
        going += mark_and_signal(processes, count, ancestor, SIGSTOP, NULL, NULL, 0) == 0;
        for (size_t i = 0; i < count; i++) {
            going += processes[i].marked && !is_stopped(&processes[i]) &&
                     !waits_for_stopped_child(processes, count, &processes[i]);
        }
    }
    free(processes);
    return going;
}

size_t signal_descendants(pid_t ancestor, int signal, const char *only, const pid_t *spared, size_t spared_count) {
    struct process *processes = calloc(MAX_PROCESSES, sizeof *processes);
    if (processes == NULL) {
        return 1;
    }
    size_t count = list_processes(processes);
    size_t found = mark_and_signal(processes, count, ancestor, signal, only, spared, spared_count);
    free(processes);
    return found;
}
