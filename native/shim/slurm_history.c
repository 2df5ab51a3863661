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

/* A run as slurmdbd is asked for it: the record, its number or its place in an array, and when it began. */
struct run {
    uint64_t record;
    int64_t start_s;
    uint32_t job;
    uint32_t array_job;
    uint32_t array_task;
};

/* Which of the records are handed out: those that ended within a time, of these runs alone or of all but these. */
struct wanted {
    int64_t from_s;
    int64_t to_s;
    const struct run *runs; /* by record */
    size_t count;
    bool of_these;
};

static int by_record(const void *one, const void *other) {
    uint64_t left = ((const struct run *)one)->record;
    uint64_t right = ((const struct run *)other)->record;
    return (left > right) - (left < right);
}

static int by_start(const void *one, const void *other) {
    int64_t left = ((const struct run *)one)->start_s;
    int64_t right = ((const struct run *)other)->start_s;
    return (left > right) - (left < right);
}

static bool is_within(const slurmdb_job_rec_t *job, int64_t from_s, int64_t to_s) {
    return job->end >= from_s && job->end < to_s;
}

static bool is_wanted(const slurmdb_job_rec_t *job, const struct wanted *wanted) {
    struct run run = {.record = job->db_index};
    bool among = wanted->count > 0 && bsearch(&run, wanted->runs, wanted->count, sizeof run, by_record) != NULL;
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

/* With the number of an array slurmdbd means all its tasks, so a task is asked for by its place there. */
static void select_run(slurm_selected_step_t *step, const struct run *run) {
    bool task = run->array_job != 0 && run->array_task < NO_VAL;
    step->array_task_id = task ? run->array_task : NO_VAL;
    step->het_job_offset = NO_VAL;
    step->step_id.job_id = task ? run->array_job : run->job;
    step->step_id.step_het_comp = NO_VAL;
    step->step_id.step_id = NO_VAL;
}

/* Asks for some runs. */
static List ask_runs(slurmdb_job_cond_t *condition, const struct run *runs, size_t count) {
    slurm_selected_step_t *steps = calloc(count, sizeof *steps);
    if (steps == NULL) {
        slurm_seterrno(ENOMEM);
        return NULL;
    }
    condition->flags |= JOBCOND_FLAG_NO_WHOLE_HETJOB;
    condition->step_list = slurm_list_create(NULL);
    for (size_t i = 0; i < count; i++) {
        select_run(&steps[i], &runs[i]);
        slurm_list_append(condition->step_list, &steps[i]);
    }
    List found = ask_database(condition);
    slurm_list_destroy(condition->step_list);
    free(steps);
    return found;
}

/* An array of which no task has begun yet is a record of its own: without steps, and with a number that stands for all its tasks. */
static bool is_whole_array(const slurmdb_job_rec_t *job) {
    return job->array_job_id != 0 && job->array_task_id >= NO_VAL;
}

static bool is_cut(const slurmdb_job_rec_t *job, int64_t from_s, int64_t to_s) {
    return is_within(job, from_s, to_s) && job->start > 0 && job->start < from_s && !is_whole_array(job);
}

/* slurmdbd leaves out the steps that ended before the time that it is asked for: the runs that have been there longer, by record. */
static bool find_cut(List records, int64_t from_s, int64_t to_s, struct run **runs, size_t *count) {
    *count = 0;
    *runs = calloc((size_t)slurm_list_count(records) + 1, sizeof **runs);
    if (*runs == NULL) {
        return false;
    }
    ListIterator each = slurm_list_iterator_create(records);
    for (slurmdb_job_rec_t *job; (job = slurm_list_next(each)) != NULL;) {
        if (is_cut(job, from_s, to_s)) {
            (*runs)[(*count)++] = (struct run){
                .record = job->db_index,
                .start_s = job->start,
                .job = job->jobid,
                .array_job = job->array_job_id,
                .array_task = job->array_task_id,
            };
        }
    }
    slurm_list_iterator_destroy(each);
    qsort(*runs, *count, sizeof **runs, by_record);
    return true;
}

/*
 * The records of these runs, with all their steps; false where slurmdbd does not answer. Those that began at about the same
 * time are asked for together, so that one old run does not bring the earlier runs of all the other numbers with it.
 */
static bool put_whole(
    struct bytes *bytes, struct wanted wanted, struct run *runs, const struct names *names, uint32_t *found) {
    size_t left = wanted.count;
    qsort(runs, left, sizeof *runs, by_start);
    for (; left > 0; left -= wanted.count, runs += wanted.count) {
        slurmdb_job_cond_t condition;
        wanted.count = left < ASK_MAX ? left : ASK_MAX;
        wanted.runs = runs;
        ask_for(&condition, runs->start_s, wanted.to_s, JOBCOND_FLAG_NO_TRUNC);
        List records = ask_runs(&condition, runs, wanted.count);
        if (records == NULL) {
            return false;
        }
        qsort(runs, wanted.count, sizeof *runs, by_record);
        *found += put_records(bytes, records, &wanted, names);
        slurm_list_destroy(records);
    }
    return true;
}

int32_t slurm_shim_history(int64_t from_s, int64_t to_s, uint8_t **answer, uint64_t *length) {
    slurmdb_job_cond_t condition;
    struct wanted wanted = {.from_s = from_s, .to_s = to_s};
    struct names names;
    struct run *cut;
    ask_for(&condition, from_s, to_s, JOBCOND_FLAG_NO_TRUNC);
    close_database();
    List records = ask_database(&condition);
    int32_t failed = name(records, &names, answer, length);
    if (failed != 0) {
        return failed;
    }
    if (!find_cut(records, from_s, to_s, &cut, &wanted.count)) {
        slurm_list_destroy(records);
        free_names(&names);
        return SLURM_SHIM_NO_MEMORY;
    }
    struct bytes bytes = {0};
    wanted.runs = cut;
    put_u32(&bytes, 0);
    /* What has not ended, or ended at another time, is for another question. */
    uint32_t count = put_records(&bytes, records, &wanted, &names);
    slurm_list_destroy(records);
    wanted.of_these = true;
    bool whole = put_whole(&bytes, wanted, cut, &names, &count);
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
    struct run *runs = calloc(count, sizeof *runs);
    if (runs == NULL) {
        return SLURM_SHIM_NO_MEMORY;
    }
    for (size_t i = 0; i < count; i++) {
        runs[i].job = (uint32_t)read_number(request + sizeof(uint64_t) + i * sizeof(uint32_t), sizeof(uint32_t));
    }
    slurmdb_job_cond_t condition;
    struct names names;
    ask_for(&condition, (int64_t)read_number(request, sizeof(uint64_t)), 0, JOBCOND_FLAG_NO_TRUNC);
    close_database();
    List records = ask_runs(&condition, runs, count);
    free(runs);
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
    uint32_t job,
    uint32_t array_job,
    uint32_t array_task,
    uint64_t record,
    int64_t from_s,
    int64_t to_s,
    uint8_t **answer,
    uint64_t *length) {
    slurmdb_job_cond_t condition;
    struct run run = {.job = job, .array_job = array_job, .array_task = array_task};
    ask_for(&condition, from_s, to_s, JOBCOND_FLAG_NO_STEP);
    List records = ask_runs(&condition, &run, 1);
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
