/* What slurmctld and slurmdbd say, as bytes. */
#include <errno.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <slurm/slurm.h>
#include <slurm/slurm_errno.h>
#include <slurm/slurmdb.h>

#include "slurm_bytes.h"
#include "slurm_names.h"
#include "slurm_shim.h"

/* The part of the library's version by which its layouts change. */
enum { LIBRARY_SHIFT = 16, LIBRARY_OF_22_05 = 38, LIBRARY_OF_HEADERS = LIBRARY_OF_22_05, TEXT_MAX = 256, PASSWD_BYTES = 4096 };

#if SLURM_VERSION_NUMBER < SLURM_VERSION_NUM(22, 5, 0) || SLURM_VERSION_NUMBER >= SLURM_VERSION_NUM(22, 6, 0)
#error "the shim is written for the headers of Slurm 22.05"
#endif

/* libslurm has it, its header does not. */
extern char *slurm_job_reason_string(enum job_state_reason reason);

static void *database;

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

static void put_history_steps(struct bytes *bytes, List steps, const struct names *names) {
    put_u32(bytes, steps == NULL ? 0 : (uint32_t)slurm_list_count(steps));
    if (steps == NULL) {
        return;
    }
    ListIterator each = slurm_list_iterator_create(steps);
    for (slurmdb_step_rec_t *step; (step = slurm_list_next(each)) != NULL;) {
        put_u32(bytes, step->step_id.step_id);
        put_u32(bytes, step->state);
        put_u32(bytes, (uint32_t)step->exitcode);
        put_u32(bytes, step->ntasks);
        put_i64(bytes, step->start);
        put_i64(bytes, step->end);
        put_text(bytes, step->stepname);
        put_tres(bytes, names, step->tres_alloc_str);
    }
    slurm_list_iterator_destroy(each);
}

/* The number of memory among the resources of Slurm is the same everywhere. */
static int64_t memory_of(const char *usage) {
    static const char memory[] = "2=";
    for (const char *at = usage; at != NULL && *at != '\0'; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, memory, sizeof memory - 1) == 0) {
            return (int64_t)strtoull(at + sizeof memory - 1, NULL, 10);
        }
    }
    return -1;
}

/* CPU time of all steps, user and system, in microseconds, and the most memory of one of them, in bytes; -1 where nothing was gathered. */
static void put_usage(struct bytes *bytes, List steps) {
    int64_t user = 0;
    int64_t system = 0;
    int64_t memory = -1;
    ListIterator each = steps == NULL ? NULL : slurm_list_iterator_create(steps);
    for (slurmdb_step_rec_t *step; each != NULL && (step = slurm_list_next(each)) != NULL;) {
        int64_t most = memory_of(step->stats.tres_usage_in_tot);
        user += (int64_t)step->user_cpu_sec * 1000000 + step->user_cpu_usec;
        system += (int64_t)step->sys_cpu_sec * 1000000 + step->sys_cpu_usec;
        memory = most > memory ? most : memory;
    }
    if (each != NULL) {
        slurm_list_iterator_destroy(each);
    }
    bool gathered = memory >= 0 || user + system > 0;
    put_i64(bytes, gathered ? user : -1);
    put_i64(bytes, gathered ? system : -1);
    put_i64(bytes, memory);
}

static void put_record(struct bytes *bytes, const slurmdb_job_rec_t *job, const struct names *names) {
    put_u32(bytes, job->jobid);
    put_u64(bytes, job->db_index);
    put_i64(bytes, job->submit);
    put_i64(bytes, job->start);
    put_i64(bytes, job->end);
    put_u32(bytes, job->state);
    put_u32(bytes, job->exitcode);
    put_u32(bytes, job->suspended);
    put_u32(bytes, job->array_job_id);
    put_u32(bytes, job->array_task_id);
    put_u32(bytes, job->uid);
    put_u32(bytes, job->timelimit);
    put_text(bytes, job->jobname);
    put_text(bytes, job->user);
    put_text(bytes, job->account);
    put_text(bytes, job->partition);
    put_text(bytes, job->nodes);
    put_tres(bytes, names, job->tres_alloc_str);
    put_qos(bytes, names, job->qosid);
    put_history_steps(bytes, job->steps, names);
    put_usage(bytes, job->steps);
}

/* One connection is one view of the history: slurmdbd reads within a transaction that never ends. */
static void close_database(void) {
    if (database != NULL) {
        slurmdb_connection_close(&database);
        database = NULL;
    }
}

/* The connection to slurmdbd is kept; one that failed is opened anew with the next question. */
static List ask_database(slurmdb_job_cond_t *condition) {
    if (database == NULL) {
        uint16_t flags = 0;
        errno = 0;
        slurm_seterrno(0);
        database = slurmdb_connection_get(&flags);
        if (database == NULL || slurm_get_errno() != 0) {
            int error = slurm_get_errno();
            close_database();
            slurm_seterrno(error);
            return NULL;
        }
    }
    slurm_seterrno(0);
    List found = slurmdb_jobs_get(database, condition);
    if (found == NULL) {
        int error = slurm_get_errno();
        close_database();
        slurm_seterrno(error);
    }
    return found;
}

/* Hands out those of the records that ended within a time, or all of them, and frees the list. */
static int32_t hand_records(List records, bool all, int64_t from_s, int64_t to_s, uint8_t **answer, uint64_t *length) {
    if (records == NULL) {
        return hand_slurm_error(answer, length);
    }
    struct names names;
    if (!load_names(database, &names)) {
        int32_t failed = hand_slurm_error(answer, length);
        slurm_list_destroy(records);
        return failed;
    }
    struct bytes bytes = {0};
    size_t count_at = bytes.used;
    uint32_t count = 0;
    put_u32(&bytes, 0);
    ListIterator each = slurm_list_iterator_create(records);
    for (slurmdb_job_rec_t *job; (job = slurm_list_next(each)) != NULL;) {
        if (all || (job->end >= from_s && job->end < to_s)) {
            put_record(&bytes, job, &names);
            count++;
        }
    }
    slurm_list_iterator_destroy(each);
    slurm_list_destroy(records);
    free_names(&names);
    set_u32(&bytes, count_at, count);
    return hand_out(&bytes, answer, length);
}

int32_t slurm_shim_history(int64_t from_s, int64_t to_s, uint8_t **answer, uint64_t *length) {
    slurmdb_job_cond_t condition;
    memset(&condition, 0, sizeof condition);
    condition.db_flags = SLURMDB_JOB_FLAG_NOTSET;
    condition.flags = JOBCOND_FLAG_DUP | JOBCOND_FLAG_NO_TRUNC | JOBCOND_FLAG_NO_WAIT;
    condition.usage_start = (time_t)from_s;
    condition.usage_end = (time_t)to_s;
    close_database();
    /* What has not ended, or ended at another time, is for another question. */
    return hand_records(ask_database(&condition), false, from_s, to_s, answer, length);
}

static void all_of_job(slurm_selected_step_t *wanted, uint32_t job) {
    memset(wanted, 0, sizeof *wanted);
    wanted->array_task_id = NO_VAL;
    wanted->het_job_offset = NO_VAL;
    wanted->step_id.job_id = job;
    wanted->step_id.step_het_comp = NO_VAL;
    wanted->step_id.step_id = NO_VAL;
}

int32_t slurm_shim_records(
    const uint8_t *request, uint64_t request_length, uint8_t **answer, uint64_t *length) {
    size_t count = request_length < sizeof(uint64_t) ? 0 : (request_length - sizeof(uint64_t)) / sizeof(uint32_t);
    if (count == 0 || request_length != sizeof(uint64_t) + count * sizeof(uint32_t)) {
        return hand_error(SLURM_SHIM_BAD_REQUEST, "the request names no job, or is cut off", answer, length);
    }
    slurm_selected_step_t *wanted = calloc(count, sizeof *wanted);
    if (wanted == NULL) {
        return SLURM_SHIM_NO_MEMORY;
    }
    slurmdb_job_cond_t condition;
    memset(&condition, 0, sizeof condition);
    condition.db_flags = SLURMDB_JOB_FLAG_NOTSET;
    condition.flags = JOBCOND_FLAG_DUP | JOBCOND_FLAG_NO_TRUNC | JOBCOND_FLAG_NO_WAIT;
    condition.usage_start = (time_t)read_number(request, sizeof(uint64_t));
    condition.step_list = slurm_list_create(NULL);
    for (size_t i = 0; i < count; i++) {
        all_of_job(&wanted[i], (uint32_t)read_number(request + sizeof(uint64_t) + i * sizeof(uint32_t), sizeof(uint32_t)));
        slurm_list_append(condition.step_list, &wanted[i]);
    }
    close_database();
    int32_t error = hand_records(ask_database(&condition), true, 0, 0, answer, length);
    slurm_list_destroy(condition.step_list);
    free(wanted);
    return error;
}

int32_t slurm_shim_ran(
    uint32_t job, uint64_t record, int64_t from_s, int64_t to_s, uint8_t **answer, uint64_t *length) {
    slurm_selected_step_t wanted;
    slurmdb_job_cond_t condition;
    all_of_job(&wanted, job);
    memset(&condition, 0, sizeof condition);
    condition.db_flags = SLURMDB_JOB_FLAG_NOTSET;
    condition.flags = JOBCOND_FLAG_DUP | JOBCOND_FLAG_NO_STEP | JOBCOND_FLAG_NO_WAIT;
    condition.usage_start = (time_t)from_s;
    condition.usage_end = (time_t)to_s;
    condition.step_list = slurm_list_create(NULL);
    slurm_list_append(condition.step_list, &wanted);
    List records = ask_database(&condition);
    slurm_list_destroy(condition.step_list);
    if (records == NULL) {
        return hand_slurm_error(answer, length);
    }
    uint32_t ran = 0;
    ListIterator each = slurm_list_iterator_create(records);
    for (slurmdb_job_rec_t *found; (found = slurm_list_next(each)) != NULL;) {
        if (found->db_index == record) {
            ran = found->elapsed;
        }
    }
    slurm_list_iterator_destroy(each);
    slurm_list_destroy(records);
    struct bytes bytes = {0};
    put_u32(&bytes, ran);
    return hand_out(&bytes, answer, length);
}
