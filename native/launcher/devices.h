/* The devices that runs must not open: those of the node's list that their orders do not give them. */
#ifndef QUEQIAO_DEVICES_H
#define QUEQIAO_DEVICES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum device_limit { MAX_DEVICES = 256, DEVICE_NAME_BYTES = 32 };

/* A device file by its numbers. */
struct device {
    uint32_t is_block;
    uint32_t major;
    uint32_t minor;
};

/* One line of the node's list: the file of a device that orders give by name and index. */
struct listed_device {
    char name[DEVICE_NAME_BYTES];
    uint32_t index;
    struct device device;
};

/*
 * Reads lines of NAME INDEX PATH, such as "gpu 0 /dev/nvidia0"; # begins a comment. Returns how many,
 * or -1 with what is wrong in `why`.
 */
int devices_read(const char *path, struct listed_device devices[MAX_DEVICES], char *why, size_t capacity);

/* Puts into `denied` those that `given` ("NAME:INDEX" strings, each closed by NUL) does not name. Returns how many. */
size_t devices_denied(const struct listed_device *devices, size_t count, const uint8_t *given, size_t length,
                      struct device *denied);

/* A descriptor of a program that refuses these devices to the processes of a group; -1 with errno. */
int devices_program(const struct device *denied, size_t count);

/* The system call; -1 with errno. */
union bpf_attr;
long bpf_call(int command, union bpf_attr *attributes);

/* Attaches a program to a group of version 2, in force until the group is removed. 0, or -1 with errno. */
int bpf_attach(int program, uint32_t type, const char *group);

#endif
