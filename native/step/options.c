#define _GNU_SOURCE
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "start.h"

static const char usage[] =
    "Usage: queqiao run [options] COMMAND [ARGUMENTS]\n"
    "Starts a step: tasks of COMMAND on the nodes of this job.\n\n"
    "  -N, --nodes N            on so many of the job's nodes (default: all)\n"
    "  -w, --nodelist A,B       on these\n"
    "  -n, --tasks N            so many tasks (default: the job's, or one per node)\n"
    "      --tasks-per-node N   so many on each node; with --tasks, at most so many\n"
    "  -c, --cpus-per-task N    cores for each task (default: the job's)\n"
    "  -O, --overcommit         more tasks than cores\n"
    "      --cpu-bind cores|none  each task on cores of its own (default), or on all of the job's\n"
    "      --gpus-per-task N|none  each task sees so many GPUs of its own (default: the job's), or all\n"
    "  -l, --label              the rank before each line of output\n"
    "  -i, --input all|none|RANK|FILE  who gets the standard input (default: all)\n"
    "  -o, --output FILE, -e, --error FILE  %t rank, %N node, %n its number, %j job, %s step\n"
    "      --mpi pmi1|pmix|none  how ranks of MPI find each other: MPICH and its descendants by PMI-1\n"
    "                           (default), Open MPI by PMIx; QUEQIAO_MPI sets the default\n"
    "  -D, --chdir DIR          start there\n"
    "  -K, --kill-on-bad-exit   end the step when a task fails\n"
    "  -J, --job-name NAME      name of the step\n"
    "      --pty                one task with a terminal\n";

static _Noreturn void wrong(const char *what, const char *value) {
    fprintf(stderr, "queqiao run: %s%s%s\nTry 'queqiao run --help'.\n", what, value == NULL ? "" : ": ",
            value == NULL ? "" : value);
    exit(2);
}

static uint32_t number(const char *name, const char *text, uint32_t most) {
    char *end = NULL;
    char what[128];
    errno = 0;
    unsigned long value = strtoul(text, &end, 10);
    if (errno != 0 || end == text || *end != 0 || text[0] == '-' || value < 1 || value > most) {
        snprintf(what, sizeof what, "%s is a number from 1 to %u, not", name, most);
        wrong(what, text);
    }
    return (uint32_t)value;
}

static void read_input(struct options *options, const char *text) {
    char *end = NULL;
    unsigned long rank = strtoul(text, &end, 10);
    if (strcmp(text, "all") == 0) {
        options->input = INPUT_ALL;
    } else if (strcmp(text, "none") == 0) {
        options->input = INPUT_NONE;
    } else if (end != text && *end == 0 && rank < LAYOUT_MAX_TASKS) {
        options->input = INPUT_RANK;
        options->input_rank = (uint32_t)rank;
    } else {
        options->stdin_path = text;
    }
}

static void read_binding(struct options *options, const char *text) {
    if (strcmp(text, "none") != 0 && strcmp(text, "cores") != 0) {
        wrong("--cpu-bind is cores or none, not", text);
    }
    options->bind = strcmp(text, "cores") == 0;
}

static void read_mpi(struct options *options, const char *name, const char *text) {
    static const char *const known[] = {[MPI_PMI1] = "pmi1", [MPI_PMIX] = "pmix", [MPI_NONE] = "none"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(text, known[i]) == 0) {
            options->mpi = (enum mpi)i;
            return;
        }
    }
    char what[64];
    snprintf(what, sizeof what, "%s is pmi1, pmix or none, not", name);
    wrong(what, text);
}

void options_read(struct options *options, int count, char **words) {
    static const struct option known[] = {
        {"nodes", 1, NULL, 'N'},          {"tasks", 1, NULL, 'n'},           {"ntasks", 1, NULL, 'n'},
        {"tasks-per-node", 1, NULL, 'T'}, {"ntasks-per-node", 1, NULL, 'T'}, {"cpus-per-task", 1, NULL, 'c'},
        {"cpu-bind", 1, NULL, 'B'},       {"label", 0, NULL, 'l'},           {"input", 1, NULL, 'i'},
        {"output", 1, NULL, 'o'},         {"error", 1, NULL, 'e'},           {"nodelist", 1, NULL, 'w'},
        {"chdir", 1, NULL, 'D'},          {"kill-on-bad-exit", 0, NULL, 'K'}, {"overcommit", 0, NULL, 'O'},
        {"job-name", 1, NULL, 'J'},       {"pty", 0, NULL, 'P'},             {"help", 0, NULL, 'h'},
        {"mpi", 1, NULL, 'M'},            {"gpus-per-task", 1, NULL, 'G'},   {NULL, 0, NULL, 0}};
    *options = (struct options){.bind = true, .gpus_per_task = -1, .stdout_path = "", .stderr_path = "", .directory = ""};
    const char *mpi = getenv("QUEQIAO_MPI");
    if (mpi != NULL && mpi[0] != 0) {
        read_mpi(options, "QUEQIAO_MPI", mpi);
    }
    for (int option = 0; (option = getopt_long(count, words, "+N:n:c:li:o:e:w:D:KOJ:h", known, NULL)) != -1;) {
        switch (option) {
        case 'N':
            options->wish.nodes = number("--nodes", optarg, LAYOUT_MAX_NODES);
            break;
        case 'n':
            options->wish.tasks = number("--tasks", optarg, LAYOUT_MAX_TASKS);
            break;
        case 'T':
            options->wish.tasks_per_node = number("--tasks-per-node", optarg, 4096);
            break;
        case 'c':
            options->wish.cpus_per_task = number("--cpus-per-task", optarg, 4096);
            break;
        case 'B':
            read_binding(options, optarg);
            break;
        case 'G':
            options->gpus_per_task = strcmp(optarg, "none") == 0 ? 0 : (int)number("--gpus-per-task", optarg, 256);
            break;
        case 'l':
            options->label = true;
            break;
        case 'i':
            read_input(options, optarg);
            break;
        case 'o':
            options->stdout_path = optarg;
            break;
        case 'e':
            options->stderr_path = optarg;
            break;
        case 'w':
            options->wish.node_list = optarg;
            break;
        case 'D':
            options->directory = optarg;
            break;
        case 'K':
            options->kill_on_bad_exit = true;
            break;
        case 'O':
            options->wish.overcommit = true;
            break;
        case 'J':
            options->name = optarg;
            break;
        case 'M':
            read_mpi(options, "--mpi", optarg);
            break;
        case 'P':
            options->pty = true;
            break;
        case 'h':
            fputs(usage, stdout);
            exit(0);
        default:
            wrong("an option is unknown or lacks its value", NULL);
        }
    }
    if (optind == count) {
        wrong("the command is missing", NULL);
    }
    if (options->pty) {
        if (options->wish.tasks > 1 || options->label || options->stdout_path[0] != 0 || options->stderr_path[0] != 0) {
            wrong("--pty is for one task, whose output is the terminal", NULL);
        }
        options->wish.tasks = 1;
        options->input = INPUT_RANK;
        options->input_rank = 0;
    }
    options->command = words + optind;
    options->command_count = count - optind;
    if (options->name == NULL) {
        const char *slash = strrchr(options->command[0], '/');
        options->name = slash == NULL || slash[1] == 0 ? options->command[0] : slash + 1;
    }
}
