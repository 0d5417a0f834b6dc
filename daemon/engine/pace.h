// pace.h - how much of a core background work takes while many articles come in.
//
// Placing an article in its story takes many times what storing it does. As long as more than
// PACE_BUSY articles a second are stored, it works one part of PACE_PARTS and rests the others, so
// that ingestion has the cores; nothing is held while it rests, and its priority is that of all,
// so that nobody waits for a lock that it has. It falls behind meanwhile. Beside less than that,
// soon after it, and while somebody waits for what it does, it goes on at full speed.
// Layer: engine.  May include: base.  Threads: pace_note: any; pace_rest_ns: one.
#ifndef SHINGLED_ENGINE_PACE_H
#define SHINGLED_ENGINE_PACE_H
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    PACE_PARTS = 8,
    PACE_BUSY = 2000,  // articles a second: about a tenth of a core
    PACE_LOOK_MS = 50, // between two looks at their number
    PACE_REST_MS = 50, // at a time
};

typedef struct pace {
    atomic_uint_fast64_t stored; // articles, ever
    // of the thread that rests
    uint64_t seen;
    int64_t looked_ns;
    int64_t owed_ns; // rest that is still due
    bool busy;
} pace;

// pace_note tells that n articles were stored.
void pace_note(pace *p, uint64_t n);

// pace_rest_ns is how long to rest after worked_ns of work, at now_ns (clock_mono_ns): 0 to
// PACE_REST_MS. Then it is asked again, with no work, until it gives 0: what is due is dropped as
// soon as fewer articles come in.
int64_t pace_rest_ns(pace *p, int64_t now_ns, int64_t worked_ns);

#endif
