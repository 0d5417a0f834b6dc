#include "histogram.h"

enum { PARTS = 1 << HISTOGRAM_PART_BITS };

// Times below PARTS have a bin each; of the octaves above, each has PARTS bins.
static unsigned bin_of(uint64_t ns)
{
    if (ns < PARTS)
        return (unsigned)ns;
    unsigned octave = 63 - (unsigned)__builtin_clzll(ns) - HISTOGRAM_PART_BITS;
    return (octave << HISTOGRAM_PART_BITS) + (unsigned)(ns >> octave);
}

static uint64_t end_of(unsigned bin)
{
    if (bin < PARTS)
        return bin;
    unsigned octave = (bin >> HISTOGRAM_PART_BITS) - 1;
    uint64_t from = PARTS + (bin & (PARTS - 1));
    return ((from + 1) << octave) - 1;
}

void histogram_add(histogram *h, int64_t ns)
{
    ns = ns < 0 ? 0 : ns;
    h->n++;
    h->bin[bin_of((uint64_t)ns)]++;
    h->most_ns = ns > h->most_ns ? ns : h->most_ns;
}

int64_t histogram_at(const histogram *h, double share)
{
    uint64_t rank = (uint64_t)(share * (double)h->n), seen = 0;
    rank = rank >= h->n && h->n ? h->n - 1 : rank;
    for (unsigned i = 0; i < HISTOGRAM_BINS; i++) {
        seen += h->bin[i];
        if (seen > rank) {
            int64_t ns = (int64_t)end_of(i);
            return ns < h->most_ns ? ns : h->most_ns;
        }
    }
    return 0;
}
