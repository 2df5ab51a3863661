#define _GNU_SOURCE
#include "devices.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Four instructions before the first device, five for each, two behind the last. */
enum { BEFORE = 4, FOR_EACH = 5, BEHIND = 2, MAX_PROGRAM = BEFORE + FOR_EACH * MAX_DEVICES + BEHIND };

static const char *read_line(const char *line, struct listed_device *listed) {
    char path[256];
    struct stat status;
    char rest = 0;
    if (sscanf(line, " %31s %u %255s %c", listed->name, &listed->index, path, &rest) != 3) {
        return "is not NAME INDEX PATH";
    }
    if (stat(path, &status) != 0) {
        return strerror(errno);
    }
    if (!S_ISCHR(status.st_mode) && !S_ISBLK(status.st_mode)) {
        return "names no device";
    }
    listed->device = (struct device){S_ISBLK(status.st_mode), major(status.st_rdev), minor(status.st_rdev)};
    return NULL;
}

int devices_read(const char *path, struct listed_device devices[MAX_DEVICES], char *why, size_t capacity) {
    char line[512];
    int count = 0;
    FILE *file = fopen(path, "re");
    struct stat status;
    if (file == NULL || fstat(fileno(file), &status) != 0) {
        snprintf(why, capacity, "%s", strerror(errno));
        return -1;
    }
    bool others_write = status.st_uid != geteuid() || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0;
    snprintf(why, capacity, "%s", others_write ? "others than the launcher's user can write to it" : "");
    for (int number = 1; why[0] == 0 && fgets(line, sizeof line, file) != NULL; number++) {
        line[strcspn(line, "#\n")] = 0;
        if (line[strspn(line, " \t")] == 0) {
            continue;
        }
        const char *wrong = count == MAX_DEVICES ? "is one device too many" : read_line(line, &devices[count]);
        if (wrong != NULL) {
            snprintf(why, capacity, "line %d: %s", number, wrong);
        }
        count++;
    }
    fclose(file);
    return why[0] == 0 ? count : -1;
}

static bool is_given(const struct listed_device *listed, const uint8_t *given, size_t length) {
    char name[DEVICE_NAME_BYTES + 16];
    snprintf(name, sizeof name, "%s:%u", listed->name, listed->index);
    for (size_t at = 0; at < length; at += strlen((const char *)given + at) + 1) {
        if (strcmp((const char *)given + at, name) == 0) {
            return true;
        }
    }
    return false;
}

size_t devices_denied(const struct listed_device *devices, size_t count, const uint8_t *given, size_t length,
                      struct device *denied) {
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_given(&devices[i], given, length)) {
            denied[found++] = devices[i].device;
        }
    }
    return found;
}

long bpf_call(int command, union bpf_attr *attributes) {
    return syscall(SYS_bpf, command, attributes, sizeof *attributes);
}

static struct bpf_insn load(unsigned into, int16_t offset) {
    return (struct bpf_insn){.code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = into & 0xFU, .src_reg = BPF_REG_1, .off = offset};
}

static struct bpf_insn skip_unless(unsigned reg, uint32_t value, int16_t skipped) {
    return (struct bpf_insn){.code = BPF_JMP | BPF_JNE | BPF_K, .dst_reg = reg & 0xFU, .off = skipped, .imm = (int32_t)value};
}

static struct bpf_insn answer(int32_t allowed) {
    return (struct bpf_insn){.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = allowed};
}

/* r2 is the kind, r3 the major and r4 the minor number of what is about to be opened or made. */
int devices_program(const struct device *denied, size_t count) {
    static struct bpf_insn program[MAX_PROGRAM];
    static const struct bpf_insn leave = {.code = BPF_JMP | BPF_EXIT};
    size_t at = 0;
    program[at++] = load(BPF_REG_2, 0);
    program[at++] =
        (struct bpf_insn){.code = BPF_ALU64 | BPF_AND | BPF_K, .dst_reg = BPF_REG_2, .imm = 0xFFFF};
    program[at++] = load(BPF_REG_3, 4);
    program[at++] = load(BPF_REG_4, 8);
    for (size_t i = 0; i < count; i++) {
        program[at++] = skip_unless(BPF_REG_2, denied[i].is_block ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR, 4);
        program[at++] = skip_unless(BPF_REG_3, denied[i].major, 3);
        program[at++] = skip_unless(BPF_REG_4, denied[i].minor, 2);
        program[at++] = answer(0);
        program[at++] = leave;
    }
    program[at++] = answer(1);
    program[at++] = leave;
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    attributes.insns = (uint64_t)(uintptr_t)program;
    attributes.insn_cnt = (uint32_t)at;
    attributes.license = (uint64_t)(uintptr_t)"Apache-2.0";
    return (int)bpf_call(BPF_PROG_LOAD, &attributes);
}

int bpf_attach(int program, uint32_t type, const char *group) {
    int fd = open(group, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.target_fd = (uint32_t)fd;
    attributes.attach_bpf_fd = (uint32_t)program;
    attributes.attach_type = type;
    attributes.attach_flags = BPF_F_ALLOW_MULTI;
    long result = bpf_call(BPF_PROG_ATTACH, &attributes);
    int cause = errno;
    close(fd);
    errno = cause;
    return (int)result;
}
