#define _GNU_SOURCE
#include "tracer.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"

enum { MOST_PROCESSES = 256, NOBODY_YET = TRACED };

struct process {
    pid_t pid; /* 0: the place is free */
    int who;   /* NOBODY_YET: its parent has not said */
    bool waits; /* stopped until that is known */
    bool injects;
    long result;
    int round;
};

static struct process processes[MOST_PROCESSES];
static struct plan *plan;
static volatile pid_t launcher;

static void forward(int signal_number) {
    kill(launcher, signal_number == SIGUSR1 ? SIGKILL : signal_number);
}

static struct plan *map_plan(const char *data, int flags) {
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%.400s/plan", data);
    int fd = open(path, O_RDWR | O_CLOEXEC | flags, 0600);
    CHECK(fd >= 0 && ((flags & O_CREAT) == 0 || ftruncate(fd, sizeof(struct plan)) == 0));
    struct plan *mapped = mmap(NULL, sizeof *mapped, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(mapped != MAP_FAILED && close(fd) == 0);
    return mapped;
}

struct plan *plan_map(struct node *node) {
    return map_plan(node->data, O_CREAT);
}

void plan_arm(struct plan *armed, enum tracer_action action, enum traced who, int number, int call) {
    armed->action = ACT_NONE;
    armed->round++;
    armed->who = (int)who;
    armed->number = number;
    armed->call = call;
    armed->fired = armed->late = armed->spawned = armed->forked = armed->gate_open = armed->began = 0;
    memset(armed->made, 0, sizeof armed->made);
    armed->action = action;
}

static struct process *process_of(pid_t pid) {
    struct process *empty = NULL;
    for (int i = 0; i < MOST_PROCESSES; i++) {
        if (processes[i].pid == pid) {
            return &processes[i];
        }
        empty = empty == NULL && processes[i].pid == 0 ? &processes[i] : empty;
    }
    CHECK(empty != NULL);
    *empty = (struct process){.pid = pid, .who = NOBODY_YET, .round = plan->round};
    return empty;
}

/* The launcher may be told of a plan at any time, the others begin behind it. */
static void go_on(const struct process *process, int signal_number) {
    bool seen = process->who == OF_LAUNCHER || plan->action != ACT_NONE || process->injects;
    ptrace(seen ? PTRACE_SYSCALL : PTRACE_CONT, process->pid, NULL, (long)signal_number);
}

/* A call that the kernel is about to make does not take place. */
static void skip_call(pid_t pid) {
#if defined(__x86_64__)
    struct user_regs_struct registers;
    CHECK(ptrace(PTRACE_GETREGS, pid, NULL, &registers) == 0);
    registers.orig_rax = (unsigned long long)-1;
    CHECK(ptrace(PTRACE_SETREGS, pid, NULL, &registers) == 0);
#elif defined(__aarch64__)
    int none = -1;
    struct iovec part = {&none, sizeof none};
    CHECK(ptrace(PTRACE_SETREGSET, pid, (long)NT_ARM_SYSCALL, &part) == 0);
#else
#error "the tracer does not know this processor's registers"
#endif
}

static void put_result(pid_t pid, long result) {
    struct user_regs_struct registers;
    struct iovec part = {&registers, sizeof registers};
    CHECK(ptrace(PTRACE_GETREGSET, pid, (long)NT_PRSTATUS, &part) == 0);
#if defined(__x86_64__)
    registers.rax = (unsigned long long)result;
#elif defined(__aarch64__)
    registers.regs[0] = (unsigned long long)result;
#endif
    CHECK(ptrace(PTRACE_SETREGSET, pid, (long)NT_PRSTATUS, &part) == 0);
}

/* These have no way to fail. */
static bool cannot_fail(long number) {
    return number == SYS_exit || number == SYS_exit_group || number == SYS_rt_sigreturn ||
           number == SYS_restart_syscall || number == SYS_getpid || number == SYS_gettid || number == SYS_umask;
}

static bool is_late(int who) {
    return who == OF_LAUNCHER ? plan->spawned > 0 : who == OF_MONITOR ? plan->gate_open != 0 : plan->began > 0;
}

static void fire(struct process *process, long number) {
    plan->late = is_late(process->who);
    plan->fired = 1;
    if (plan->action == ACT_KILL) {
        kill(process->pid, SIGKILL);
    } else {
        process->injects = true;
        /* To become root again must fail, so here success is the fault. */
        process->result = number == SYS_setreuid ? 0 : -EIO;
        skip_call(process->pid);
    }
}

static void at_call(struct process *process) {
    struct __ptrace_syscall_info info;
    memset(&info, 0, sizeof info);
    if (ptrace(PTRACE_GET_SYSCALL_INFO, process->pid, sizeof info, &info) <= 0) {
        return; /* it has been killed meanwhile */
    }
    if (info.op == PTRACE_SYSCALL_INFO_EXIT && process->injects) {
        process->injects = false;
        put_result(process->pid, process->result);
    }
    bool counts = process->who == OF_LAUNCHER || (process->who != NOBODY_YET && process->round == plan->round);
    if (info.op != PTRACE_SYSCALL_INFO_ENTRY || plan->action == ACT_NONE || !counts) {
        return;
    }
    long number = (long)info.entry.nr;
    if (number < 0 || number >= MOST_NUMBERS || (plan->action == ACT_FAIL && cannot_fail(number))) {
        return;
    }
    plan->seen[process->who][number] = 1;
    int made = ++plan->made[process->who][number];
    if (process->who == plan->who && number == plan->number && made == plan->call) {
        fire(process, number);
    } else if (process->who == OF_MONITOR && number == SYS_write && info.entry.args[2] == 1 && plan->forked > 0) {
        plan->gate_open = 1;
    }
}

/* The launcher forks its helpers and spawns its monitors; what a monitor forks is the child. */
static void at_birth(const struct process *parent, unsigned event) {
    unsigned long pid = 0;
    if (ptrace(PTRACE_GETEVENTMSG, parent->pid, NULL, &pid) != 0) {
        return;
    }
    struct process *born = process_of((pid_t)pid);
    bool spawned = event == PTRACE_EVENT_VFORK;
    born->who = parent->who == OF_LAUNCHER ? (spawned ? OF_MONITOR : OF_HELPER) : OF_CHILD;
    plan->forked += parent->who == OF_MONITOR;
    plan->spawned += parent->who == OF_LAUNCHER && spawned;
    if (born->waits) {
        born->waits = false;
        go_on(born, 0);
    }
}

/* What its user has written is seen no more. */
static void at_execution(struct process *process) {
    if (process->who == OF_CHILD) {
        plan->began++;
        ptrace(PTRACE_DETACH, process->pid, NULL, 0L);
        process->pid = 0;
    } else {
        go_on(process, 0);
    }
}

static void count_others(void) {
    int count = 0;
    for (int i = 0; i < MOST_PROCESSES; i++) {
        count += processes[i].pid != 0 && processes[i].who != OF_LAUNCHER;
    }
    plan->others = count;
}

static void at_stop(pid_t pid, int status) {
    struct process *process = process_of(pid);
    unsigned event = (unsigned)status >> 16;
    if (event == PTRACE_EVENT_EXEC) {
        at_execution(process);
        return;
    }
    if (event == PTRACE_EVENT_STOP) {
        process->waits = process->who == NOBODY_YET;
        if (!process->waits) {
            go_on(process, 0);
        }
    } else if (event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK || event == PTRACE_EVENT_CLONE) {
        at_birth(process, event);
        go_on(process, 0);
    } else if (WSTOPSIG(status) == (SIGTRAP | 0x80)) {
        at_call(process);
        go_on(process, 0);
    } else {
        go_on(process, WSTOPSIG(status));
    }
}

static _Noreturn void start_traced(const char *program, char **arguments) {
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && raise(SIGSTOP) == 0) {
        execv(program, arguments);
    }
    _exit(99);
}

int trace_launcher(const char *program, char **arguments) {
    const long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
                         PTRACE_O_TRACEEXEC;
    int status = 0;
    plan = map_plan(arguments[2], 0); /* behind --data */
    launcher = fork();
    if (launcher == 0) {
        start_traced(program, arguments);
    }
    CHECK(launcher > 0 && waitpid(launcher, &status, WUNTRACED) == launcher && WIFSTOPPED(status));
    process_of(launcher)->who = OF_LAUNCHER;
    CHECK(ptrace(PTRACE_SEIZE, launcher, NULL, options) == 0 && kill(launcher, SIGCONT) == 0);
    signal(SIGTERM, forward);
    signal(SIGUSR1, forward);
    close(STDERR_FILENO); /* its end tells the test what the launcher said */
    for (;;) {
        count_others();
        pid_t pid = waitpid(-1, &status, __WALL);
        if (pid < 0 && errno != EINTR) {
            return 98;
        }
        if (pid > 0 && WIFSTOPPED(status)) {
            at_stop(pid, status);
        } else if (pid > 0) {
            process_of(pid)->pid = 0;
            if (pid == launcher) {
                plan->others = 0;
                return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
            }
        }
    }
}
