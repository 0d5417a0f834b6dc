// shingle_blocks.h - the hashes of shingles in a row, in plain C that every compiler turns
// into vectors: each CPU level includes and compiles it with its own instructions.
// Layer: text.  May include: base, text/hash.  Threads: pure.
#ifndef SHINGLED_TEXT_SHINGLE_BLOCKS_H
#define SHINGLED_TEXT_SHINGLE_BLOCKS_H
#include "text/hash.h"

enum { SHINGLE_TURN = 23 }; // odd, so that no two of 64 places turn a word alike

static inline uint64_t shingle_turn(uint64_t x)
{
    return x << SHINGLE_TURN | x >> (64 - SHINGLE_TURN);
}

static inline void shingle_blocks(uint64_t *restrict out, const uint64_t *restrict hash, size_t n,
                                  unsigned each)
{
    for (size_t i = 0; i < n; i++)
        out[i] = hash[i];
    for (unsigned j = 1; j < each; j++)
        for (size_t i = 0; i < n; i++)
            out[i] = shingle_turn(out[i]) + hash[i + j];
    for (size_t i = 0; i < n; i++)
        out[i] = hash_end(out[i]);
}

#endif
