/* What slurmdbd keeps by number in its records, by name. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <slurm/slurm_errno.h>
#include <slurm/slurmdb.h>

#include "slurm_names.h"

enum { DECIMAL = 10 };

bool load_names(void *database, struct names *names) {
    slurmdb_qos_cond_t qos;
    slurmdb_tres_cond_t tres;
    memset(&qos, 0, sizeof qos);
    qos.with_deleted = 1;
    slurmdb_init_tres_cond(&tres, false);
    tres.with_deleted = 1;
    slurm_seterrno(0);
    names->tres = NULL;
    names->qos = slurmdb_qos_get(database, &qos);
    if (names->qos != NULL) {
        names->tres = slurmdb_tres_get(database, &tres);
    }
    if (names->tres != NULL) {
        return true;
    }
    int error = slurm_get_errno();
    free_names(names);
    slurm_seterrno(error);
    return false;
}

void free_names(struct names *names) {
    if (names->qos != NULL) {
        slurm_list_destroy(names->qos);
    }
    if (names->tres != NULL) {
        slurm_list_destroy(names->tres);
    }
    names->qos = NULL;
    names->tres = NULL;
}

void put_qos(struct bytes *bytes, const struct names *names, uint32_t number) {
    const char *name = NULL;
    ListIterator each = slurm_list_iterator_create(names->qos);
    for (slurmdb_qos_rec_t *qos; name == NULL && (qos = slurm_list_next(each)) != NULL;) {
        if (qos->id == number) {
            name = qos->name;
        }
    }
    slurm_list_iterator_destroy(each);
    put_text(bytes, name);
}

static const slurmdb_tres_rec_t *tres_of(const struct names *names, unsigned long number) {
    const slurmdb_tres_rec_t *found = NULL;
    ListIterator each = slurm_list_iterator_create(names->tres);
    for (slurmdb_tres_rec_t *tres; found == NULL && (tres = slurm_list_next(each)) != NULL;) {
        if (tres->id == number) {
            found = tres;
        }
    }
    slurm_list_iterator_destroy(each);
    return found;
}

/* What has no name keeps its number: the reader refuses it rather than leave something out of a bill. */
static void write_tres(FILE *out, const struct names *names, const char *at, size_t length) {
    char *end;
    unsigned long number = strtoul(at, &end, DECIMAL);
    const slurmdb_tres_rec_t *tres = end != at && *end == '=' ? tres_of(names, number) : NULL;
    if (tres == NULL || tres->type == NULL) {
        fwrite(at, 1, length, out);
        return;
    }
    bool named = tres->name != NULL && tres->name[0] != '\0';
    fprintf(out, "%s%s%s", tres->type, named ? "/" : "", named ? tres->name : "");
    fwrite(end, 1, length - (size_t)(end - at), out);
}

void put_tres(struct bytes *bytes, const struct names *names, const char *numbered) {
    char *text = NULL;
    size_t length = 0;
    if (numbered == NULL || numbered[0] == '\0') {
        put_text(bytes, NULL);
        return;
    }
    FILE *out = open_memstream(&text, &length);
    if (out == NULL) {
        bytes->failed = true;
        return;
    }
    for (const char *at = numbered; *at != '\0';) {
        size_t part = strcspn(at, ",");
        write_tres(out, names, at, part);
        at += part;
        if (*at == ',') {
            fputc(*at++, out);
        }
    }
    if (fclose(out) != 0) {
        bytes->failed = true;
    } else {
        put_text(bytes, text);
    }
    free(text);
}
