// pace.h - how much of a core background work takes while articles come in.
//
// Placing an article in its story takes many times what storing it does. As long as articles are
// being stored, it works one part of PACE_PARTS and rests the others, so that ingestion has the
// cores; nothing is held while it rests, and its priority is that of all, so that nobody waits for
// a lock that it has. It goes on at full speed PACE_BUSY_MS after the last commit, and while
// somebody waits for what it does.
// Layer: engine.  May include: base.  Threads: pace_note: any; pace_rest_ns: any.
#ifndef SHINGLED_ENGINE_PACE_H
#define SHINGLED_ENGINE_PACE_H
#include <stdatomic.h>
#include <stdint.h>

enum { PACE_PARTS = 8, PACE_BUSY_MS = 50, PACE_REST_MS = 50 };

typedef struct pace {
    atomic_int_fast64_t stored_ns; // when articles were stored last; 0: never
} pace;

// pace_note tells that articles were stored just now.
void pace_note(pace *p);

// pace_rest_ns is how long to rest after worked_ns of work: 0 to PACE_REST_MS.
int64_t pace_rest_ns(pace *p, int64_t worked_ns);

#endif
