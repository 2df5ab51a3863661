/* What slurmctld is told to do. */
#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <slurm/slurm.h>
#include <slurm/slurm_errno.h>

#include "slurm_bytes.h"
#include "slurm_shim.h"

enum { TOP_PRIORITY = 0x7fffffff, PASSWD_BYTES = 16384 };

/* The rest of a request; `bad` once something was not there. */
struct request {
    const uint8_t *at;
    uint64_t left;
    bool bad;
};

static uint64_t take_number(struct request *request, size_t size) {
    if (request->left < size) {
        request->bad = true;
        return 0;
    }
    uint64_t value = read_number(request->at, size);
    request->at += size;
    request->left -= size;
    return value;
}

/* A copy with a closing NUL, or NULL; `length` may be NULL. */
static char *take_text(struct request *request, size_t *length) {
    uint64_t size = take_number(request, sizeof(uint32_t));
    if (request->bad || size > request->left) {
        request->bad = true;
        return NULL;
    }
    char *text = malloc((size_t)size + 1);
    if (text == NULL) {
        request->bad = true;
        return NULL;
    }
    memcpy(text, request->at, (size_t)size);
    text[size] = '\0';
    request->at += size;
    request->left -= size;
    if (length != NULL) {
        *length = (size_t)size;
    } else if (strlen(text) != size) {
        request->bad = true;
    }
    return text;
}

/* Points into a block of texts that each end with a NUL; the caller frees the list alone. */
static char **variables(char *block, size_t length, uint32_t *count) {
    uint32_t number = 0;
    for (size_t i = 0; i < length; i++) {
        number += block[i] == '\0';
    }
    char **list = calloc((size_t)number + 1, sizeof *list);
    if (list != NULL) {
        char *at = block;
        for (uint32_t i = 0; i < number; i++) {
            list[i] = at;
            at += strlen(at) + 1;
        }
        *count = number;
    }
    return list;
}

static bool group_of(uint32_t uid, uint32_t *gid) {
    struct passwd entry;
    struct passwd *found = NULL;
    char *buffer = malloc(PASSWD_BYTES);
    bool known = buffer != NULL && getpwuid_r(uid, &entry, buffer, PASSWD_BYTES, &found) == 0 && found != NULL;
    if (known) {
        *gid = entry.pw_gid;
    }
    free(buffer);
    return known;
}

static int32_t submit(job_desc_msg_t *job, uint8_t **answer, uint64_t *length) {
    uint32_t gid;
    if (job->user_id == 0 || !group_of(job->user_id, &gid)) {
        char text[64];
        snprintf(text, sizeof text, "uid %u is root or not known on this host", job->user_id);
        return hand_error(SLURM_SHIM_BAD_REQUEST, text, answer, length);
    }
    job->group_id = gid;
    submit_response_msg_t *response = NULL;
    if (slurm_submit_batch_job(job, &response) != SLURM_SUCCESS) {
        return hand_slurm_error(answer, length);
    }
    struct bytes bytes = {0};
    put_u32(&bytes, response->job_id);
    slurm_free_submit_response_response_msg(response);
    return hand_out(&bytes, answer, length);
}

int32_t slurm_shim_submit(const uint8_t *bytes, uint64_t bytes_length, uint8_t **answer, uint64_t *length) {
    struct request request = {.at = bytes, .left = bytes_length};
    job_desc_msg_t job;
    slurm_init_job_desc_msg(&job);
    job.user_id = (uint32_t)take_number(&request, sizeof(uint32_t));
    job.min_nodes = (uint32_t)take_number(&request, sizeof(uint32_t));
    job.max_nodes = job.min_nodes;
    job.min_cpus = (uint32_t)take_number(&request, sizeof(uint32_t));
    uint64_t memory_mib = take_number(&request, sizeof(uint64_t));
    job.num_tasks = job.min_cpus;
    job.cpus_per_task = 1;
    if (memory_mib > 0) {
        job.pn_min_memory = memory_mib;
    }
    job.name = take_text(&request, NULL);
    job.account = take_text(&request, NULL);
    job.partition = take_text(&request, NULL);
    job.req_nodes = take_text(&request, NULL);
    job.work_dir = take_text(&request, NULL);
    job.std_out = take_text(&request, NULL);
    job.std_err = take_text(&request, NULL);
    char *devices = take_text(&request, NULL);
    size_t environment_length = 0;
    char *environment = take_text(&request, &environment_length);
    job.script = take_text(&request, NULL);
    job.comment = job.name;
    job.std_in = (char[]){"/dev/null"};
    job.requeue = 0;
    job.kill_on_node_fail = 1;
    /* Queqiao has decided that it runs now; who may not say so in Slurm has it in turn. */
    job.priority = TOP_PRIORITY;
    int32_t error;
    if (request.bad || request.left > 0) {
        error = hand_error(SLURM_SHIM_BAD_REQUEST, "the request is cut off, or has a NUL", answer, length);
    } else {
        job.environment = variables(environment, environment_length, &job.env_size);
        char *own_stderr = job.std_err;
        char *own_account = job.account;
        job.std_err = own_stderr[0] == '\0' ? NULL : own_stderr;
        job.account = own_account[0] == '\0' ? NULL : own_account;
        job.tres_per_node = devices[0] == '\0' ? NULL : devices;
        error = job.environment == NULL ? SLURM_SHIM_NO_MEMORY : submit(&job, answer, length);
        job.std_err = own_stderr;
        job.account = own_account;
        free(job.environment);
    }
    free(environment);
    free(devices);
    char *texts[] = {job.name, job.account, job.partition, job.req_nodes, job.work_dir, job.std_out, job.std_err, job.script};
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        free(texts[i]);
    }
    return error;
}

static int32_t nothing_or_error(int failed, uint8_t **answer, uint64_t *length) {
    if (failed != SLURM_SUCCESS) {
        return hand_slurm_error(answer, length);
    }
    struct bytes bytes = {0};
    put_u32(&bytes, 0);
    return hand_out(&bytes, answer, length);
}

int32_t slurm_shim_signal(uint32_t job, int32_t signal, int32_t who, uint8_t **answer, uint64_t *length) {
    static const uint16_t of_whom[] = {KILL_FULL_JOB, KILL_JOB_BATCH, KILL_STEPS_ONLY};
    if (who < 0 || (size_t)who >= sizeof of_whom / sizeof *of_whom) {
        slurm_seterrno(EINVAL);
        return hand_slurm_error(answer, length);
    }
    /* Without a flag KILL ends the job; with one it is a signal like any other. */
    uint16_t flags = who == 0 && signal == SIGKILL ? 0 : of_whom[who];
    return nothing_or_error(slurm_kill_job(job, (uint16_t)signal, flags), answer, length);
}

int32_t slurm_shim_suspend(uint32_t job, int32_t suspend, uint8_t **answer, uint64_t *length) {
    return nothing_or_error(suspend != 0 ? slurm_suspend(job) : slurm_resume(job), answer, length);
}
