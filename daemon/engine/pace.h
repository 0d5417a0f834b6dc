// pace.h - how much of a core background work takes while the others are wanted.
//
// Placing an article in its story takes many times what storing it does. While the other threads
// leave so little that a core of its own would use up the machine, it works one part of PACE_PARTS
// and rests the others, so that ingestion and questions have the cores; nothing is held while it
// rests, and its priority is that of all, so that nobody waits for a lock that it has. It falls
// behind meanwhile. Beside less than that, soon after it, and while somebody waits for what it
// does, it goes on at full speed.
// Layer: engine.  May include: base.  Threads: one owner.
#ifndef SHINGLED_ENGINE_PACE_H
#define SHINGLED_ENGINE_PACE_H
#include <stdbool.h>
#include <stdint.h>

enum {
    PACE_PARTS = 8,
    PACE_LOOK_MS = 50,    // between two looks at what the others use
    PACE_REST_MS = 50,    // at a time
    PACE_SPARE_MS = 500,  // of a second: what is left idle beside its core and the others'
    PACE_OTHERS_MS = 100, // of a second: what the others may use wherever that is more
    PACE_WANTED_MS = 250, // without rest once somebody has waited: others will, soon
};

typedef struct pace {
    unsigned cores;
    int64_t looked_ns, others_ns; // at the last look
    int64_t owed_ns;              // rest that is still due
    int64_t wanted_ns;            // until when there is none
    bool busy;
} pace;

// pace_rest_ns is how long to rest after worked_ns of work, at now_ns (clock_mono_ns), when the
// other threads have used others_ns of CPU time, ever: 0 to PACE_REST_MS. Then it is asked again,
// with no work, until it gives 0: what is due is dropped as soon as the others want less.
int64_t pace_rest_ns(pace *p, int64_t now_ns, int64_t others_ns, int64_t worked_ns);

// pace_want tells that somebody waits for what it does.
void pace_want(pace *p, int64_t now_ns);

#endif
