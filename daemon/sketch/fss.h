// fss.h - the hashes of Fast Similarity Sketching, shared by every kernel (README).
//
// A lane holds (round, value): the round in the high FSS_ROUND_BITS, so that an
// earlier round is always smaller.  Layer: sketch.  Threads: pure.
#ifndef SHINGLED_SKETCH_FSS_H
#define SHINGLED_SKETCH_FSS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FSS_ROUNDS = 16, // that throw every shingle into one lane each; then the last resort
    FSS_VALUE_BITS = 27,
};

#define FSS_EMPTY UINT32_MAX // no round has reached the lane; rounds stay below 31

// fss_key is the key of a round, from 0; FSS_ROUNDS + i is lane i's last resort.
// splitmix64 (Steele, Lea, Flood, OOPSLA 2014), started from the seed.
static inline uint64_t fss_key(uint64_t seed, unsigned round)
{
    uint64_t z = seed + (round + 1) * 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

static inline uint64_t fss_hash(uint64_t shingle, uint64_t key)
{
    uint64_t x = (shingle ^ key) * 0xd6e8feb86659fd93u;
    return (x ^ x >> 32) * 0xd6e8feb86659fd93u;
}

// The lane, of 256, that a hash falls into, and what it would write there.
static inline unsigned fss_lane(uint64_t hash)
{
    return (unsigned)(hash >> 56);
}

static inline uint32_t fss_value(uint64_t hash, unsigned round)
{
    uint32_t low = (uint32_t)(hash >> (56 - FSS_VALUE_BITS)) & ((1u << FSS_VALUE_BITS) - 1);
    return (uint32_t)round << FSS_VALUE_BITS | low;
}

#endif
