/* What slurmdbd says, as bytes. */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <slurm/slurm.h>
#include <slurm/slurm_errno.h>
#include <slurm/slurmdb.h>

#include "slurm_bytes.h"
#include "slurm_names.h"
#include "slurm_shim.h"

/* With more jobs in one question its text for the database grows too long. */
enum { ASK_MAX = 256 };

static void *database;

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

/* Which of the records are handed out: those that ended within a time, of these jobs alone or of all but these. */
struct wanted {
    int64_t from_s;
    int64_t to_s;
    const uint32_t *jobs;
    size_t count;
    bool of_these;
};

static int by_number(const void *one, const void *other) {
    uint32_t left = *(const uint32_t *)one;
    uint32_t right = *(const uint32_t *)other;
    return (left > right) - (left < right);
}

static bool is_within(const slurmdb_job_rec_t *job, int64_t from_s, int64_t to_s) {
    return job->end >= from_s && job->end < to_s;
}

static bool is_wanted(const slurmdb_job_rec_t *job, const struct wanted *wanted) {
    uint32_t number = job->jobid;
    bool among = wanted->count > 0 && bsearch(&number, wanted->jobs, wanted->count, sizeof number, by_number) != NULL;
    return is_within(job, wanted->from_s, wanted->to_s) && among == wanted->of_these;
}

static uint32_t put_records(struct bytes *bytes, List records, const struct wanted *wanted, const struct names *names) {
    uint32_t count = 0;
    ListIterator each = slurm_list_iterator_create(records);
    for (slurmdb_job_rec_t *job; (job = slurm_list_next(each)) != NULL;) {
        if (is_wanted(job, wanted)) {
            put_record(bytes, job, names);
            count++;
        }
    }
    slurm_list_iterator_destroy(each);
    return count;
}

/* The names for what was answered; hands out the error where slurmdbd did not answer, or has them no more. */
static int32_t name(List records, struct names *names, uint8_t **answer, uint64_t *length) {
    int32_t failed = 0;
    if (records == NULL) {
        failed = hand_slurm_error(answer, length);
    } else if (!load_names(database, names)) {
        failed = hand_slurm_error(answer, length);
        slurm_list_destroy(records);
    }
    return failed;
}

static void ask_for(slurmdb_job_cond_t *condition, int64_t from_s, int64_t to_s, uint32_t flags) {
    memset(condition, 0, sizeof *condition);
    condition->db_flags = SLURMDB_JOB_FLAG_NOTSET;
    condition->flags = JOBCOND_FLAG_DUP | JOBCOND_FLAG_NO_WAIT | flags;
    condition->usage_start = (time_t)from_s;
    condition->usage_end = (time_t)to_s;
}

/* Asks for some jobs by their numbers. */
static List ask_jobs(slurmdb_job_cond_t *condition, const uint32_t *jobs, size_t count) {
    slurm_selected_step_t *steps = calloc(count, sizeof *steps);
    if (steps == NULL) {
        slurm_seterrno(ENOMEM);
        return NULL;
    }
    condition->step_list = slurm_list_create(NULL);
    for (size_t i = 0; i < count; i++) {
        steps[i].array_task_id = NO_VAL;
        steps[i].het_job_offset = NO_VAL;
        steps[i].step_id.job_id = jobs[i];
        steps[i].step_id.step_het_comp = NO_VAL;
        steps[i].step_id.step_id = NO_VAL;
        slurm_list_append(condition->step_list, &steps[i]);
    }
    List found = ask_database(condition);
    slurm_list_destroy(condition->step_list);
    free(steps);
    return found;
}

/*
 * slurmdbd leaves out the steps that ended before the time that it is asked for: the jobs that have been there longer, each
 * number once and in order, and when the first of them began.
 */
static bool find_cut(List records, int64_t from_s, int64_t to_s, uint32_t **jobs, size_t *count, int64_t *since_s) {
    *count = 0;
    *since_s = from_s;
    *jobs = calloc((size_t)slurm_list_count(records) + 1, sizeof **jobs);
    if (*jobs == NULL) {
        return false;
    }
    ListIterator each = slurm_list_iterator_create(records);
    for (slurmdb_job_rec_t *job; (job = slurm_list_next(each)) != NULL;) {
        if (is_within(job, from_s, to_s) && job->start > 0 && job->start < from_s) {
            (*jobs)[(*count)++] = job->jobid;
            *since_s = job->start < *since_s ? job->start : *since_s;
        }
    }
    slurm_list_iterator_destroy(each);
    qsort(*jobs, *count, sizeof **jobs, by_number);
    size_t kept = 0;
    for (size_t i = 0; i < *count; i++) {
        if (i == 0 || (*jobs)[i] != (*jobs)[i - 1]) {
            (*jobs)[kept++] = (*jobs)[i];
        }
    }
    *count = kept;
    return true;
}

/* The records of these jobs within a time, with the steps since another; false where slurmdbd does not answer. */
static bool put_whole(struct bytes *bytes, struct wanted wanted, int64_t since_s, const struct names *names, uint32_t *found) {
    for (size_t left = wanted.count; left > 0; left -= wanted.count, wanted.jobs += wanted.count) {
        slurmdb_job_cond_t condition;
        wanted.count = left < ASK_MAX ? left : ASK_MAX;
        ask_for(&condition, since_s, wanted.to_s, JOBCOND_FLAG_NO_TRUNC);
        List records = ask_jobs(&condition, wanted.jobs, wanted.count);
        if (records == NULL) {
            return false;
        }
        *found += put_records(bytes, records, &wanted, names);
        slurm_list_destroy(records);
    }
    return true;
}

int32_t slurm_shim_history(int64_t from_s, int64_t to_s, uint8_t **answer, uint64_t *length) {
    slurmdb_job_cond_t condition;
    struct wanted wanted = {.from_s = from_s, .to_s = to_s};
    struct names names;
    int64_t since_s;
    uint32_t *cut;
    ask_for(&condition, from_s, to_s, JOBCOND_FLAG_NO_TRUNC);
    close_database();
    List records = ask_database(&condition);
    int32_t failed = name(records, &names, answer, length);
    if (failed != 0) {
        return failed;
    }
    if (!find_cut(records, from_s, to_s, &cut, &wanted.count, &since_s)) {
        slurm_list_destroy(records);
        free_names(&names);
        return SLURM_SHIM_NO_MEMORY;
    }
    struct bytes bytes = {0};
    wanted.jobs = cut;
    put_u32(&bytes, 0);
    /* What has not ended, or ended at another time, is for another question. */
    uint32_t count = put_records(&bytes, records, &wanted, &names);
    slurm_list_destroy(records);
    wanted.of_these = true;
    bool whole = put_whole(&bytes, wanted, since_s, &names, &count);
    failed = whole ? 0 : hand_slurm_error(answer, length);
    free(cut);
    free_names(&names);
    if (!whole) {
        free(bytes.at);
        return failed;
    }
    set_u32(&bytes, 0, count);
    return hand_out(&bytes, answer, length);
}

int32_t slurm_shim_records(
    const uint8_t *request, uint64_t request_length, uint8_t **answer, uint64_t *length) {
    size_t count = request_length < sizeof(uint64_t) ? 0 : (request_length - sizeof(uint64_t)) / sizeof(uint32_t);
    if (count == 0 || request_length != sizeof(uint64_t) + count * sizeof(uint32_t)) {
        return hand_error(SLURM_SHIM_BAD_REQUEST, "the request names no job, or is cut off", answer, length);
    }
    uint32_t *jobs = calloc(count, sizeof *jobs);
    if (jobs == NULL) {
        return SLURM_SHIM_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        jobs[i] = (uint32_t)read_number(request + sizeof(uint64_t) + i * sizeof(uint32_t), sizeof(uint32_t));
    }
    slurmdb_job_cond_t condition;
    struct names names;
    ask_for(&condition, (int64_t)read_number(request, sizeof(uint64_t)), 0, JOBCOND_FLAG_NO_TRUNC);
    close_database();
    List records = ask_jobs(&condition, jobs, count);
    free(jobs);
    int32_t failed = name(records, &names, answer, length);
    if (failed != 0) {
        return failed;
    }
    struct wanted all = {.from_s = INT64_MIN, .to_s = INT64_MAX};
    struct bytes bytes = {0};
    put_u32(&bytes, 0);
    set_u32(&bytes, 0, put_records(&bytes, records, &all, &names));
    slurm_list_destroy(records);
    free_names(&names);
    return hand_out(&bytes, answer, length);
}

int32_t slurm_shim_ran(
    uint32_t job, uint64_t record, int64_t from_s, int64_t to_s, uint8_t **answer, uint64_t *length) {
    slurmdb_job_cond_t condition;
    ask_for(&condition, from_s, to_s, JOBCOND_FLAG_NO_STEP);
    List records = ask_jobs(&condition, &job, 1);
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
