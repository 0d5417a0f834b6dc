// fss.h - the hashes of Fast Similarity Sketching, shared by every kernel (README).
//
// A lane holds (round, value): the round above FSS_VALUE_BITS, so that an
// earlier round is always smaller.  Layer: sketch.  Threads: pure.
#ifndef SHINGLED_SKETCH_FSS_H
#define SHINGLED_SKETCH_FSS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FSS_ROUNDS = 16, // that throw every shingle into one lane each; then the last resort
    FSS_VALUE_BITS = 24,
    FSS_AT_ONCE = 4, // rounds of one pass over the shingles, at most
};

// No round has reached the lane; rounds stay below 255. In round 0 a hash of this number is passed
// over, so that lanes may hold whole hashes meanwhile.
#define FSS_EMPTY UINT32_MAX

// fss_factor is the factor of a round, from 0; FSS_ROUNDS + i is lane i's last resort. Round
// 0 takes the low half of a shingle as it is. splitmix64 (Steele, Lea, Flood, OOPSLA 2014),
// started from the seed.
static inline uint32_t fss_factor(uint64_t seed, unsigned round)
{
    uint64_t z = seed + (uint64_t)(round + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return round ? (uint32_t)((z ^ z >> 31) >> 32) | 1 : 0;
}

// Shingles are random numbers already: of two rounds, the halves' combinations are as good as
// independent (Carter, Wegman 1979).
static inline uint32_t fss_hash(uint64_t shingle, uint32_t factor)
{
    return (uint32_t)shingle + (uint32_t)(shingle >> 32) * factor;
}

// The lane, of 256, that a hash falls into, and what it would write there.
static inline unsigned fss_lane(uint32_t hash)
{
    return hash >> FSS_VALUE_BITS;
}

static inline uint32_t fss_value(uint32_t hash, unsigned round)
{
    return (uint32_t)round << FSS_VALUE_BITS | (hash & ((1u << FSS_VALUE_BITS) - 1));
}

// The rounds of the pass that begins with `round`, from 1 on. Lanes that the first one leaves empty
// are few, and a pass costs more than its rounds: 1, 2 and 3, 4 to 7 and so on.
static inline unsigned fss_at_once(unsigned round)
{
    return round < FSS_AT_ONCE ? round : FSS_AT_ONCE;
}

_Static_assert(FSS_ROUNDS % FSS_AT_ONCE == 0, "the last pass is whole");

// Writes the smaller of what the hash brings and what its lane holds; no branch, which could
// not be foreseen.
static inline void fss_take(uint32_t *lane, uint32_t hash, unsigned round)
{
    uint32_t value = fss_value(hash, round), old = lane[fss_lane(hash)];
    lane[fss_lane(hash)] = value < old ? value : old;
}

#endif
