// stages.h - what is timed: the hot path whole, its parts, and what it is compared with.
// Threads: one.
#ifndef SHINGLED_BENCH_STAGES_H
#define SHINGLED_BENCH_STAGES_H
#include "engine/sign.h"

typedef struct stage {
    const char *name;
    uint64_t (*run)(signer *s, view text); // a number that depends on all of its work
    const char *without; // its time is what it takes beyond that stage; NULL: all of it
    bool once;           // the same at every level
} stage;

extern const stage STAGES[];
extern const size_t N_STAGES;

#endif
