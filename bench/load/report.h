// report.h - figures: rows of CSV (rows.h) on standard output, lines to read on standard error.
// Threads: one thread.
#ifndef SHINGLED_BENCH_REPORT_H
#define SHINGLED_BENCH_REPORT_H
#include "histogram.h"

#include <stdint.h>

typedef struct report {
    char corpus[64];
    const char *mode; // of the articles' way: the column `level`
} report;

// report_value prints one figure of `n` articles or questions.
void report_value(const report *r, const char *name, uint64_t n, double value, const char *unit);

// report_times prints NAME_p50_UNIT, _p99_ and _p999_ and the longest, in "us" or "ms".
void report_times(const report *r, const char *name, const histogram *h, const char *unit);

#endif
