// histogram.h - times, counted in bins of at most 1.6 % width, from a nanosecond to minutes.
//
// The bins are logarithmic with linear parts, as in HdrHistogram (Gil Tene, 2013).
// Threads: a histogram is one thread's.
#ifndef SHINGLED_BENCH_HISTOGRAM_H
#define SHINGLED_BENCH_HISTOGRAM_H
#include <stdint.h>

enum {
    HISTOGRAM_PART_BITS = 6,
    HISTOGRAM_BINS = (64 - HISTOGRAM_PART_BITS) << HISTOGRAM_PART_BITS
};

typedef struct histogram {
    uint64_t n, bin[HISTOGRAM_BINS];
    int64_t most_ns;
} histogram;

void histogram_add(histogram *h, int64_t ns); // a negative time counts as 0

// histogram_at returns the time that `share` of all do not exceed, share in [0,1], by the
// upper end of its bin; 0 where nothing was counted.
int64_t histogram_at(const histogram *h, double share);

#endif
