// pace.h - how many cores background work takes, and how much of one while the others are wanted.
//
// Placing an article in its story takes many times what storing it does. Its hands take the cores
// that the other threads leave: all of them where these do next to nothing. Where they leave so
// little that a core of its own would use up the machine, one hand works one part of PACE_PARTS,
// or of up to PACE_PARTS_MOST where next to nothing is left, and rests the others, so that
// ingestion and questions have the cores; nothing is held while it rests, and its priority is that
// of all, so that nobody waits for a lock that it has. It falls behind meanwhile. Beside less than
// that, soon after it, and while somebody waits for what is done, it goes on at full speed.
// Layer: engine.  May include: base.  Threads: one owner.
#ifndef SHINGLED_ENGINE_PACE_H
#define SHINGLED_ENGINE_PACE_H
#include <stdbool.h>
#include <stdint.h>

enum {
    PACE_PARTS = 8,
    PACE_PARTS_MOST = 64,
    PACE_LEFT_PART = 4,   // of what is left idle one such part is taken, where that is less
    PACE_LOOK_MS = 50,    // between two looks at what the others use
    PACE_REST_MS = 50,    // at a time
    PACE_SPARE_MS = 500,  // of a second: what is left idle beside the hands' cores and the others'
    PACE_OTHERS_MS = 100, // of a second: what the others may use wherever that is more
    PACE_WANTED_MS = 250, // without rest once somebody has waited: others will, soon
};

typedef struct pace {
    unsigned cores;
    int64_t looked_ns, others_ns; // at the last look
    int64_t owed_ns;              // rest that is still due
    int64_t wanted_ns;            // until when there is none
    unsigned more;                // hands that there are cores for, beyond the first
    unsigned parts;               // of which one is worked where there is none for the first; or 0
} pace;

// pace_is_due tells whether there is something to look at again.
static inline bool pace_is_due(const pace *p, int64_t now_ns)
{
    return now_ns - p->looked_ns >= (int64_t)PACE_LOOK_MS * 1000000;
}

// pace_look, where it is due, tells at now_ns (clock_mono_ns) that all threads but the hands have
// used others_ns of CPU time, ever.
void pace_look(pace *p, int64_t now_ns, int64_t others_ns);

// pace_hands is how many may work, of as many as there are cores: 1 at least.
unsigned pace_hands(const pace *p, int64_t now_ns);

// pace_rest_ns is how long the first hand is to rest after worked_ns of work: 0 to PACE_REST_MS.
// Then it is asked again, after a look and with no work, until it gives 0: what is due is dropped
// as soon as the others want less.
int64_t pace_rest_ns(pace *p, int64_t now_ns, int64_t worked_ns);

// pace_is_wanted tells whether somebody waits, or did just now.
static inline bool pace_is_wanted(const pace *p, int64_t now_ns)
{
    return now_ns < p->wanted_ns;
}

// pace_want tells that somebody waits for what is done.
void pace_want(pace *p, int64_t now_ns);

#endif
