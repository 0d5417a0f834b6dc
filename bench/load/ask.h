// ask.h - questions to a daemon, and how long their answers take.
// Threads: one run is one thread's.
#ifndef SHINGLED_BENCH_ASK_H
#define SHINGLED_BENCH_ASK_H
#include "articles.h"
#include "histogram.h"

#include <stdbool.h>

typedef enum ask_what { ASK_URI, ASK_TEXT } ask_what;

typedef struct ask {
    const char *endpoint;
    void *zmq;
    const articles *a;
    ask_what what;
    uint64_t stored; // articles 0 to stored are in the daemon
    uint64_t n, random;
    unsigned window; // questions on their way at once
    // results
    histogram answers;
    uint64_t matches;
    uint64_t derived, found; // questions whose source was stored, and of them those that named it
    double seconds;
} ask;

// ask_run asks QUERY n times: for stored articles by uri (drawn evenly), or for texts that are
// not stored, of which a third are made from stored ones. False, with a sentence on stderr,
// if an answer does not come in a minute or is none.
bool ask_run(ask *k);

// ask_is_stored: GET of article i is answered 200.
bool ask_is_stored(void *socket, const articles *a, uint64_t i);

#endif
