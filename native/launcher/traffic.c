/*
 * Two programs of six instructions, one for what is received and one for what is sent. They live as long as the group,
 * their map as long as one of them or a descriptor of it.
 */
#define _GNU_SOURCE
#include "traffic.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FIGURE_BYTES = 8, RECEIVED = 0, SENT = FIGURE_BYTES };

/* One page that can be mapped for reading; from the freeze on only programs write it. */
static int make_map(void) {
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.map_type = BPF_MAP_TYPE_ARRAY;
    attributes.key_size = sizeof(uint32_t);
    attributes.value_size = 2 * FIGURE_BYTES;
    attributes.max_entries = 1;
    attributes.map_flags = BPF_F_MMAPABLE;
    int map = (int)bpf_call(BPF_MAP_CREATE, &attributes);
    memset(&attributes, 0, sizeof attributes);
    attributes.map_fd = (uint32_t)map;
    if (map >= 0 && bpf_call(BPF_MAP_FREEZE, &attributes) != 0) {
        int cause = errno;
        close(map);
        errno = cause;
        return -1;
    }
    return map;
}

/* Adds the length of each packet to a figure of the map, and lets it pass. */
static int make_program(int map, int32_t figure, uint32_t type) {
    const struct bpf_insn program[] = {
        {.code = BPF_LDX | BPF_MEM | BPF_W, .dst_reg = BPF_REG_2, .src_reg = BPF_REG_1, .off = 0},
        {.code = BPF_LD | BPF_IMM | BPF_DW, .dst_reg = BPF_REG_1, .src_reg = BPF_PSEUDO_MAP_VALUE, .imm = map},
        {.imm = figure},
        {.code = BPF_STX | BPF_XADD | BPF_DW, .dst_reg = BPF_REG_1, .src_reg = BPF_REG_2},
        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 1},
        {.code = BPF_JMP | BPF_EXIT},
    };
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.prog_type = BPF_PROG_TYPE_CGROUP_SKB;
    attributes.expected_attach_type = type;
    attributes.insns = (uint64_t)(uintptr_t)program;
    attributes.insn_cnt = sizeof program / sizeof *program;
    attributes.license = (uint64_t)(uintptr_t)"Apache-2.0";
    return (int)bpf_call(BPF_PROG_LOAD, &attributes);
}

static int attach(int map, int32_t figure, uint32_t type, const char *group) {
    int program = make_program(map, figure, type);
    int result = program < 0 ? -1 : bpf_attach(program, type, group);
    int cause = errno;
    if (program >= 0) {
        close(program);
    }
    errno = cause;
    return result;
}

int traffic_count(const struct cgroup_layout *layout, const char *run) {
    char group[CGROUP_PATH_BYTES];
    if (layout->tracking[0] == 0 || layout->tracks_by_freezer) {
        errno = ENOENT;
        return -1;
    }
    snprintf(group, sizeof group, "%s/%s", layout->tracking, run);
    int map = make_map();
    if (map >= 0 && (attach(map, RECEIVED, BPF_CGROUP_INET_INGRESS, group) != 0 ||
                     attach(map, SENT, BPF_CGROUP_INET_EGRESS, group) != 0)) {
        int cause = errno;
        close(map);
        map = -1;
        errno = cause;
    }
    /* So says a kernel that does not know such a map or program. */
    errno = errno == EINVAL ? ENOSYS : errno;
    return map;
}
