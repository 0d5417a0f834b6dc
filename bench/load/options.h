// options.h - the command line of the load driver.
// Threads: constant once read.
#ifndef SHINGLED_BENCH_OPTIONS_H
#define SHINGLED_BENCH_OPTIONS_H
#include <stdbool.h>
#include <stdint.h>

enum { OPTIONS_PASSED = 16 };

typedef enum phase {
    PHASE_INGEST = 1,
    PHASE_SETTLE = 2,
    PHASE_QUERY = 4,
    PHASE_ACK = 8,
    PHASE_MIXED = 16,
    PHASE_RESTART = 32,
    PHASE_KILL = 64,
} phase;

typedef struct options {
    uint64_t articles, stored, seed, queries, probe, memory;
    double rate, ack_rate;
    unsigned window, steps, phases, batch;
    bool batched;
    bool match, ipc, keep, threads;
    const char *server, *data, *daemon, *trace;
    int pid;
    const char *passed[OPTIONS_PASSED]; // NAME=VALUE for the daemon
    unsigned n_passed;
} options;

// options_read fills *o from the command line. 0: go on; otherwise the status to exit with,
// plus one: 1 after --help, 3 for a wrong usage.
int options_read(options *o, int argc, char **argv);

#endif
