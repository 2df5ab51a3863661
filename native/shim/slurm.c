/* What slurmctld says, as bytes. */
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <slurm/slurm.h>
#include <slurm/slurm_errno.h>

#include "slurm_bytes.h"
#include "slurm_shim.h"

/* The part of the library's version by which its layouts change. */
enum { LIBRARY_SHIFT = 16, LIBRARY_OF_22_05 = 38, LIBRARY_OF_HEADERS = LIBRARY_OF_22_05, TEXT_MAX = 256, PASSWD_BYTES = 4096 };

#if SLURM_VERSION_NUMBER < SLURM_VERSION_NUM(22, 5, 0) || SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(22, 6, 0)
#error "the shim is written for the headers of Slurm 22.05"
#endif

/* libslurm has it, its header does not. */
extern char *slurm_job_reason_string(enum job_state_reason reason);

int32_t shim_abi_version(void) {
    return SLURM_SHIM_ABI_VERSION;
}

int32_t slurm_shim_open(uint8_t **answer, uint64_t *length) {
    long library = slurm_api_version() >> LIBRARY_SHIFT;
    if (library != LIBRARY_OF_HEADERS) {
        char text[TEXT_MAX];
        snprintf(text, sizeof text, "libslurm.so.%ld is loaded; this shim was built for libslurm.so.%d (Slurm 22.05)",
            library, LIBRARY_OF_HEADERS);
        return hand_error(SLURM_SHIM_OTHER_LIBRARY, text, answer, length);
    }
    slurm_init(NULL);
    slurm_conf_t *conf = NULL;
    if (slurm_load_ctl_conf(0, &conf) != SLURM_SUCCESS) {
        return hand_slurm_error(answer, length);
    }
    struct bytes bytes = {0};
    put_u32(&bytes, SLURM_VERSION_NUMBER);
    put_u32(&bytes, (uint32_t)library);
    put_text(&bytes, conf->cluster_name);
    put_text(&bytes, conf->version);
    slurm_free_ctl_conf(conf);
    return hand_out(&bytes, answer, length);
}

static void put_nodes(struct bytes *bytes, const node_info_msg_t *nodes) {
    size_t count_at = bytes->used;
    uint32_t count = 0;
    put_u32(bytes, 0);
    for (uint32_t i = 0; i < nodes->record_count; i++) {
        const node_info_t *node = &nodes->node_array[i];
        uint16_t busy = 0;
        if (node->name == NULL) {
            continue;
        }
        slurm_get_select_nodeinfo(node->select_nodeinfo, SELECT_NODEDATA_SUBCNT, NODE_STATE_ALLOCATED, &busy);
        put_text(bytes, node->name);
        put_u32(bytes, node->node_state);
        put_u32(bytes, node->cpus);
        put_u32(bytes, busy);
        put_u64(bytes, node->real_memory);
        put_i64(bytes, node->boot_time);
        put_text(bytes, node->gres);
        put_text(bytes, node->features);
        put_text(bytes, node->reason);
        count++;
    }
    set_u32(bytes, count_at, count);
}

static void put_partitions(struct bytes *bytes, const partition_info_msg_t *partitions) {
    put_u32(bytes, partitions->record_count);
    for (uint32_t i = 0; i < partitions->record_count; i++) {
        const partition_info_t *partition = &partitions->partition_array[i];
        put_text(bytes, partition->name);
        put_u32(bytes, partition->state_up);
        put_u32(bytes, partition->total_cpus);
        put_u32(bytes, partition->total_nodes);
        put_u32(bytes, partition->max_time);
        put_text(bytes, partition->nodes);
    }
}

int32_t slurm_shim_nodes(uint8_t **answer, uint64_t *length) {
    node_info_msg_t *nodes = NULL;
    partition_info_msg_t *partitions = NULL;
    if (slurm_load_node(0, &nodes, SHOW_ALL) != SLURM_SUCCESS) {
        return hand_slurm_error(answer, length);
    }
    if (slurm_load_partitions(0, &partitions, SHOW_ALL) != SLURM_SUCCESS) {
        int32_t failed = hand_slurm_error(answer, length);
        slurm_free_node_info_msg(nodes);
        return failed;
    }
    struct bytes bytes = {0};
    put_nodes(&bytes, nodes);
    put_partitions(&bytes, partitions);
    slurm_free_node_info_msg(nodes);
    slurm_free_partition_info_msg(partitions);
    return hand_out(&bytes, answer, length);
}

/* slurmctld does not always name the user. */
static void put_user(struct bytes *bytes, const slurm_job_info_t *job) {
    char room[PASSWD_BYTES];
    struct passwd entry;
    struct passwd *found = NULL;
    if (job->user_name != NULL && job->user_name[0] != '\0') {
        put_text(bytes, job->user_name);
    } else if (getpwuid_r(job->user_id, &entry, room, sizeof room, &found) == 0 && found != NULL) {
        put_text(bytes, entry.pw_name);
    } else {
        put_text(bytes, NULL);
    }
}

static void put_jobs(struct bytes *bytes, const job_info_msg_t *jobs) {
    put_u32(bytes, jobs->record_count);
    for (uint32_t i = 0; i < jobs->record_count; i++) {
        const slurm_job_info_t *job = &jobs->job_array[i];
        put_u32(bytes, job->job_id);
        put_u32(bytes, job->array_job_id);
        put_u32(bytes, job->array_task_id);
        put_u32(bytes, job->job_state);
        put_u32(bytes, job->exit_code);
        put_u32(bytes, job->restart_cnt);
        put_u32(bytes, job->user_id);
        put_u32(bytes, job->num_cpus);
        put_u32(bytes, job->priority);
        put_i64(bytes, job->submit_time);
        put_i64(bytes, job->start_time);
        put_i64(bytes, job->end_time);
        put_i64(bytes, job->suspend_time);
        put_i64(bytes, job->pre_sus_time);
        put_i64(bytes, job->resize_time);
        put_text(bytes, job->name);
        put_text(bytes, job->account);
        put_text(bytes, job->partition);
        put_text(bytes, job->nodes);
        put_text(bytes, job->comment);
        put_user(bytes, job);
        put_text(bytes, job->array_task_str);
        put_text(bytes, slurm_job_reason_string(job->state_reason));
    }
}

static void put_steps(struct bytes *bytes, const job_step_info_response_msg_t *steps) {
    put_u32(bytes, steps->job_step_count);
    for (uint32_t i = 0; i < steps->job_step_count; i++) {
        const job_step_info_t *step = &steps->job_steps[i];
        put_u32(bytes, step->step_id.job_id);
        put_u32(bytes, step->step_id.step_id);
        put_u32(bytes, step->state);
        put_u32(bytes, step->num_tasks);
        put_i64(bytes, step->start_time);
        put_text(bytes, step->name);
        put_text(bytes, step->nodes);
    }
}

int32_t slurm_shim_jobs(uint8_t **answer, uint64_t *length) {
    job_info_msg_t *jobs = NULL;
    job_step_info_response_msg_t *steps = NULL;
    if (slurm_load_jobs(0, &jobs, SHOW_ALL) != SLURM_SUCCESS) {
        return hand_slurm_error(answer, length);
    }
    if (slurm_get_job_steps(0, NO_VAL, NO_VAL, &steps, SHOW_ALL) != SLURM_SUCCESS) {
        int32_t failed = hand_slurm_error(answer, length);
        slurm_free_job_info_msg(jobs);
        return failed;
    }
    struct bytes bytes = {0};
    put_jobs(&bytes, jobs);
    put_steps(&bytes, steps);
    slurm_free_job_info_msg(jobs);
    slurm_free_job_step_info_response_msg(steps);
    return hand_out(&bytes, answer, length);
}

int32_t slurm_shim_backlog(uint8_t **answer, uint64_t *length) {
    stats_info_request_msg_t request = {.command_id = STAT_COMMAND_GET};
    stats_info_response_msg_t *statistics = NULL;
    if (slurm_get_statistics(&statistics, &request) != SLURM_SUCCESS) {
        return hand_slurm_error(answer, length);
    }
    struct bytes bytes = {0};
    put_i64(&bytes, statistics->req_time);
    put_u32(&bytes, statistics->dbd_agent_queue_size);
    /* libslurm has no function that frees this answer; it is a few kilobytes, and the bridge lives a day. */
    return hand_out(&bytes, answer, length);
}

int32_t slurm_shim_clock(uint8_t **answer, uint64_t *length) {
    slurm_conf_t *conf = NULL;
    if (slurm_load_ctl_conf(0, &conf) != SLURM_SUCCESS) {
        return hand_slurm_error(answer, length);
    }
    struct bytes bytes = {0};
    put_i64(&bytes, conf->last_update);
    put_i64(&bytes, conf->boot_time);
    slurm_free_ctl_conf(conf);
    return hand_out(&bytes, answer, length);
}
