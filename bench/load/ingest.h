// ingest.h - articles sent to a daemon, as fast as it takes them or at a given rate.
//
// At a rate, each article has a time at which it should be sent, and its latency counts
// from then on: what waits because something before it hangs, counts as waiting.
// Threads: one run is one thread's.
#ifndef SHINGLED_BENCH_INGEST_H
#define SHINGLED_BENCH_INGEST_H
#include "histogram.h"
#include "pool.h"

#include <stdatomic.h>
#include <stdio.h>

typedef struct ingest {
    const char *endpoint;
    void *zmq;
    const pool *pool;
    uint64_t first, n;
    unsigned window; // articles on their way at most
    double rate;     // articles a second; 0: as the window allows
    bool match;      // each with "match": true
    unsigned batch;  // articles in a message: 0 one PUT each, otherwise PUTS of a stream
    FILE *trace;     // lines "ms,acked,longest_ms" for each 10 ms; NULL: none
    // called after each n / steps articles, in the run's thread; NULL: never
    void (*step)(void *ctx, uint64_t done);
    void *ctx;
    unsigned steps;
    bool pause;        // a step waits until nothing is on its way, and the clock stands still in it
    atomic_bool *stop; // true ends the run early; NULL: none
    const bool *cut;   // true ends it without waiting for answers; set in `step`; NULL: none
    // results
    histogram acks;               // latency
    uint64_t acked, busy, failed; // busy: answers 429, each sent again
    uint64_t until;               // every article before this one was acknowledged
    double seconds;               // without what `step` took
    int64_t longest_gap_ns;       // between two looks with answers, while some were due
} ingest;

// ingest_run sends them all and waits for every answer; false, with a sentence on stderr, if
// one does not come in a minute or is a refusal.
bool ingest_run(ingest *g);

#endif
