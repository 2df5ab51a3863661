/*
 * Stands between a test and its launcher: sees every system call of the launcher, of the helper that it asks for a
 * user, of the monitor, and of the child until that is the user's program, and fails one of them or kills who makes it.
 */
#ifndef QUEQIAO_TRACER_H
#define QUEQIAO_TRACER_H

#include <stdatomic.h>

enum traced { OF_LAUNCHER, OF_HELPER, OF_MONITOR, OF_CHILD, TRACED };

enum tracer_action { ACT_NONE, ACT_FAIL, ACT_KILL };

enum { MOST_NUMBERS = 512 };

/* Shared by test and tracer: the file DIR/plan. Whoever arms it writes `action` last. */
struct plan {
    atomic_int action;
    atomic_int round; /* which arming; a process counts in that in which it was born */
    int who;
    int number;           /* of the system call */
    int call;             /* which of its calls, from 1 */
    atomic_int fired;     /* 0: there was no such call yet */
    atomic_int late;      /* as it fired: its caller was past the point up to which it may stop a launch */
    atomic_int spawned;   /* these since it was armed: monitors, */
    atomic_int forked;    /* children of monitors, */
    atomic_int gate_open; /* the monitor has let its child go on, */
    atomic_int began;     /* programs of the user that were executed */
    atomic_int others;    /* traced processes beside the launcher */
    atomic_int made[TRACED][MOST_NUMBERS]; /* calls since it was armed */
    atomic_int seen[TRACED][MOST_NUMBERS]; /* whether the call was ever made */
};

/* A test program that is started under the name of the launcher is its tracer; it returns the launcher's exit code. */
int trace_launcher(const char *program, char **arguments);

struct node;
/* The plan of a node that is created and whose launcher is to be traced. */
struct plan *plan_map(struct node *node);
void plan_arm(struct plan *plan, enum tracer_action action, enum traced who, int number, int call);

#endif
