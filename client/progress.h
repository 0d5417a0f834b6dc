// progress.h - one line on a terminal that says how far it is.
// Layer: CLI.  May include: base.  Threads: one.
#ifndef SHINGLED_PROGRESS_H
#define SHINGLED_PROGRESS_H
#include "term.h"

#include <stdint.h>

typedef struct progress {
    term *t;
    bool on;                // the stream is a terminal
    bool shown;             // the line is on the screen
    bool known;             // the sizes of all files are
    uint64_t total, before; // bytes of all files; of those that are done
    int64_t start_ns, next_ns;
} progress;

// progress_start sums up the sizes of paths. Without a terminal nothing is ever written.
void progress_start(progress *p, term *t, char **paths, int n, bool quiet);

// progress_done counts one file as finished.
void progress_done(progress *p, uint64_t taken, uint64_t size);

// progress_show draws the line anew, at most ten times a second.
void progress_show(progress *p, uint64_t taken, uint64_t n_records, uint64_t n_refused);

// progress_hide takes it off the screen, before anything else is written there.
void progress_hide(progress *p);

#endif
