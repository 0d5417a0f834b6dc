// winnow.h - which shingles are kept as fingerprints.
//
// Winnowing (Schleimer, Wilkerson, Aiken, SIGMOD 2003), robust form: of every
// window of WINNOW_WINDOW neighbouring shingles the one with the smallest hash is kept,
// the rightmost of equals, and the one kept before where it is still among the
// smallest. Two texts that share a run of PRINT_WORDS + WINNOW_WINDOW - 1 = 12 words
// keep a fingerprint in common for certain. Which positions are kept depends on the
// text alone, not on any seed.
// Layer: sketch.  May include: base.  Threads: pure.
#ifndef SHINGLED_SKETCH_WINNOW_H
#define SHINGLED_SKETCH_WINNOW_H
#include <stddef.h>
#include <stdint.h>

enum { WINNOW_VERSION = 1, WINNOW_WINDOW = 8 };

// winnow writes the positions that are kept, ascending, to out (room for n) and
// returns how many. n <= WINNOW_WINDOW keeps one; n == 0 none.
size_t winnow(uint32_t *out, const uint64_t *shingles, size_t n);

// print_of turns a shingle into the fingerprint that the index stores: 40 bits,
// keyed with the installation's secret.
enum { PRINT_BITS = 40 };
static inline uint64_t print_of(uint64_t shingle, uint64_t seed)
{
    uint64_t x = (shingle ^ seed) * 0x9e3779b97f4a7c15u;
    x = (x ^ x >> 32) * 0xd6e8feb86659fd93u;
    x = (x ^ x >> 29) * 0xbf58476d1ce4e5b9u;
    return x >> (64 - PRINT_BITS);
}

// prints_of is print_of each of shingles[kept[0 .. n)], in order.
void prints_of(uint64_t *out, const uint64_t *shingles, const uint32_t *kept, size_t n,
               uint64_t seed);

#endif
