#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fields.h"
#include "gate.h"
#include "start.h"

/* Whether the agent answers with this; its words are told if it refuses. */
static bool answers(int gate, enum gate_type wanted) {
    enum gate_type type = GATE_REFUSED;
    uint8_t *body = NULL;
    size_t length = 0;
    if (gate_receive(gate, &type, &body, &length) != 0) {
        fprintf(stderr, "queqiao checkpoint: the agent of this node went away: try again\n");
        return false;
    }
    if (type != wanted) {
        struct fields in = {body, body + length, false};
        uint16_t text = fields_u16(&in);
        const uint8_t *words = fields_take(&in, text);
        bool refused = type == GATE_REFUSED && words != NULL;
        fprintf(stderr, "queqiao checkpoint: %.*s\n", refused ? (int)text : 27,
                refused ? (const char *)words : "the agent is not understood");
    }
    free(body);
    return type == wanted;
}

int checkpoint_run(void) {
    int gate = gate_connect();
    if (gate < 0) {
        fprintf(stderr, "queqiao checkpoint: the agent of this node cannot be reached (%s): it is told inside a job only\n",
                strerror(errno));
        return 1;
    }
    bool told = answers(gate, GATE_HELLO) && gate_send(gate, GATE_CHECKPOINT, NULL) == 0 && answers(gate, GATE_DONE);
    close(gate);
    return told ? 0 : 1;
}
