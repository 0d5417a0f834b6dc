// fss.h - the hashes of Fast Similarity Sketching, shared by every kernel (README).
//
// Layer: sketch.  Threads: pure.
#ifndef SHINGLED_SKETCH_FSS_H
#define SHINGLED_SKETCH_FSS_H
#include "sketch/minhash.h"

enum { FSS_LANE_BITS = 24 }; // the lane that a hash falls into stands above them

// No hash has reached the lane: one of this number would leave no trace, and none is lost with it,
// as every lane that stays empty takes every shingle.
#define FSS_EMPTY UINT32_MAX

// What the rounds multiply by. The first takes the low half of a shingle as it is.
typedef struct fss_keys {
    uint32_t second;             // odd
    uint16_t own[MINHASH_LANES]; // of each lane that stays empty; odd
} fss_keys;

// Shingles are random numbers already: of two rounds, the halves' combinations are as good as
// independent (Carter, Wegman 1979).
static inline uint32_t fss_hash(uint64_t shingle, uint32_t factor)
{
    return (uint32_t)shingle + (uint32_t)(shingle >> 32) * factor;
}

// Of the numbers that the last resort takes, the one to add and the one to multiply.
static inline uint16_t fss_add(uint64_t shingle)
{
    return (uint16_t)(shingle >> 32);
}

static inline uint16_t fss_times(uint64_t shingle)
{
    return (uint16_t)(shingle >> 48);
}

static inline uint16_t fss_own(uint16_t add, uint16_t times, uint16_t factor)
{
    return (uint16_t)(add + (uint32_t)times * factor);
}

#endif
