/* What test and fault shim share through the file DIR/fault. */
#ifndef QUEQIAO_FAULT_H
#define QUEQIAO_FAULT_H

struct fault {
    char name[32];
    int calls_left;
    int fired;
    int pause_ms; /* before the call fails */
};

#endif
